namespace BizQ.Core.Context;

/// <summary>Finds the stretch of a text with the most of what was looked for, and where in it the words are. Pure.</summary>
internal static class SnippetMaker
{
    private const int Length = 240;

    public static (string Snippet, IReadOnlyList<TextRange> Highlights) Of(string text, IReadOnlyList<SearchTerm> terms)
    {
        var found = Found(text, terms);
        var start = text.Length <= Length ? 0 : BestStart(text, found);
        var end = Math.Min(text.Length, start + Length);
        var inside = found.Where(r => r.Start >= start && r.Start + r.Length <= end).Select(r => new TextRange(r.Start - start, r.Length)).ToList();
        return (text[start..end], inside);
    }

    private static List<TextRange> Found(string text, IReadOnlyList<SearchTerm> terms) =>
        [.. SearchTerms.Spans(text).Where(s => Matches(SearchTerms.Fold(text.AsSpan(s.Start, s.End - s.Start)), terms)).Select(s => new TextRange(s.Start, s.End - s.Start))];

    private static bool Matches(string word, IReadOnlyList<SearchTerm> terms) => terms.Any(t => t.Start ? word.StartsWith(t.Word, StringComparison.Ordinal) : word == t.Word);

    private static int BestStart(string text, List<TextRange> found)
    {
        var best = found.MaxBy(r => found.Count(o => o.Start >= r.Start && o.Start < r.Start + Length));
        var start = Math.Clamp(best.Start - 40, 0, text.Length - Length);
        while (start > 0 && !char.IsWhiteSpace(text[start - 1]))
            start--;
        return start;
    }
}
