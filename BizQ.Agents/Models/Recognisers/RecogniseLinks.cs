using System.Text.RegularExpressions;
using BizQ.Core;

namespace BizQ.Agents.Models.Recognisers;

/// <summary>Web addresses, with https:// in front when only "www." was written.</summary>
public sealed partial class RecogniseLinks : IRecogniser
{
    public IEnumerable<Found> Find(string text, DateOnly today)
    {
        foreach (Match match in Link().Matches(text))
        {
            var written = match.Value.TrimEnd('.', ',', ';', ':', '!', '?', '\'', '"', '*');
            // A closing bracket belongs to the link only when it was opened in it.
            while (written.EndsWith(')') && written.Count(c => c == ')') > written.Count(c => c == '('))
                written = written[..^1];
            var full = written.StartsWith("www.", StringComparison.OrdinalIgnoreCase) ? "https://" + written : written;
            if (Uri.TryCreate(full, UriKind.Absolute, out _))
                yield return new Found(match.Index, written.Length, written, Json.Element(full));
        }
    }

    [GeneratedRegex(@"(?<![\w@])(?:https?://|www\.)[^\s<>""\[\]{}|\\^`]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Patience.Milliseconds)]
    private static partial Regex Link();
}
