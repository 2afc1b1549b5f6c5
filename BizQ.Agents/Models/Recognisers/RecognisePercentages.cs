using System.Text.RegularExpressions;
using BizQ.Core;

namespace BizQ.Agents.Models.Recognisers;

/// <summary>"15 %", "7.5 percent": the number before the sign.</summary>
public sealed partial class RecognisePercentages : IRecogniser
{
    public IEnumerable<Found> Find(string text, DateOnly today)
    {
        foreach (Match match in Percentage().Matches(text))
        {
            if (Decimals.Read(match.Groups["n"].ValueSpan) is { } number)
                yield return new Found(match.Index, match.Length, match.Value, Json.Element(match.Value[0] == '-' ? -number : number));
        }
    }

    [GeneratedRegex(@"(?<![\w.,])-?(?<n>" + Decimals.Pattern + @")[ \u00A0]?(?:%|percent\b|per cent\b|prozent\b)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Patience.Milliseconds)]
    private static partial Regex Percentage();
}
