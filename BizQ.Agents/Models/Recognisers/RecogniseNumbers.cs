using System.Globalization;
using System.Text.RegularExpressions;
using BizQ.Core;

namespace BizQ.Agents.Models.Recognisers;

/// <summary>Plain numbers and quantities: "3", "2x", "1,250", "two", "a dozen".</summary>
public sealed partial class RecogniseNumbers : IRecogniser
{
    private static readonly Dictionary<string, int> s_words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["one"] = 1,
        ["two"] = 2,
        ["three"] = 3,
        ["four"] = 4,
        ["five"] = 5,
        ["six"] = 6,
        ["seven"] = 7,
        ["eight"] = 8,
        ["nine"] = 9,
        ["ten"] = 10,
        ["eleven"] = 11,
        ["twelve"] = 12,
        ["twenty"] = 20,
        ["thirty"] = 30,
        ["fifty"] = 50,
        ["hundred"] = 100,
        ["a dozen"] = 12,
        ["a couple of"] = 2,
        ["a pair of"] = 2,
    };

    public IEnumerable<Found> Find(string text, DateOnly today)
    {
        foreach (Match match in Number().Matches(text))
        {
            var value = match.Groups["word"].Success ? s_words[match.Value] : Decimals.Read(match.Groups["n"].ValueSpan);
            if (value is { } number)
                yield return new Found(match.Index, match.Length, match.Value, Json.Element(match.Value.StartsWith('-') ? -number : number));
        }
    }

    /// <summary>The value as a word reads: numbers up to twelve, used by dates such as "two weeks ago".</summary>
    public static int? Small(string written) =>
        s_words.TryGetValue(written, out var value) ? value : int.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    // A number inside a word, an order number ("A-1234"), a date or a time is none.
    [GeneratedRegex(@"(?<![\w.,:/#@-])-?(?<n>" + Decimals.Pattern + @")(?=\s?[x×]\b|[^\w]|$)(?![:/.-]\d)|(?<word>\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|fifty|hundred|a dozen|a couple of|a pair of)\b)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Patience.Milliseconds)]
    private static partial Regex Number();
}
