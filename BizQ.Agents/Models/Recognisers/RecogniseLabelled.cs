using System.Text.RegularExpressions;
using BizQ.Agents.Models.BuiltIn;
using BizQ.Core;

namespace BizQ.Agents.Models.Recognisers;

/// <summary>"Label: value" on a line of its own, where the label's words are the field's.</summary>
public sealed partial class RecogniseLabelled(IReadOnlySet<string> name) : IRecogniser
{
    public IEnumerable<Found> Find(string text, DateOnly today)
    {
        foreach (Match match in Line().Matches(text))
        {
            var label = Words.Content(match.Groups["label"].Value).Select(word => word.Stem).ToHashSet(StringComparer.Ordinal);
            var value = match.Groups["value"];
            if (label.Count > 0 && label.Count(name.Contains) * 2 > Math.Max(label.Count, name.Count))
                yield return new Found(value.Index, value.Length, value.Value, Json.Element(value.Value));
        }
    }

    [GeneratedRegex(@"^[ \t>*•-]*(?<label>\p{L}[^:=\n]{0,40}?)[ \t*]*(?::|=|\t)[ \t*]*(?<value>[^\s][^\n\r]{0,500}?)[ \t]*\r?$", RegexOptions.CultureInvariant | RegexOptions.Multiline, Patience.Milliseconds)]
    private static partial Regex Line();
}
