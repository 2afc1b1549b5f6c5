namespace BizQ.Core.Context;

/// <summary>Finds the stretch of a text with the most of what was looked for, and where in it the words are. Pure.</summary>
internal static class SnippetMaker
{
    /// <summary>About two lines.</summary>
    private const int Length = 240;

    // A line before the first found word, so that it is read in its sentence.
    private const int Before = 60;

    public static (string Snippet, IReadOnlyList<TextRange> Highlights) Of(string text, IReadOnlyList<SearchTerm> terms)
    {
        var found = Find(text, terms);
        var start = text.Length <= Length ? 0 : BestStart(text, found);
        var end = Math.Min(text.Length, start + Length);
        while (end < text.Length && end > start + (Length / 2) && !char.IsWhiteSpace(text[end]))
            end--;
        var inside = found.Where(m => m.Start >= start && m.End <= end).Select(m => new TextRange(m.Start - start, m.End - m.Start)).ToList();
        return (text[start..end], inside);
    }

    /// <summary>Every word of the text that is one of the terms, or has the same stem.</summary>
    public static List<TextRange> Marks(string text, IReadOnlyList<SearchTerm> terms) => [.. Find(text, terms).Select(m => new TextRange(m.Start, m.End - m.Start))];

    /// <summary>Which of the terms stand in the text.</summary>
    public static IReadOnlyList<string> WordsIn(string text, IReadOnlyList<SearchTerm> terms)
    {
        var stems = Find(text, terms).Select(found => found.Stem).ToHashSet(StringComparer.Ordinal);
        return [.. terms.Where(t => t.Start ? stems.Any(stem => stem.StartsWith(t.Word, StringComparison.Ordinal)) : stems.Contains(Stem.Of(t.Word))).Select(t => t.Word).Distinct(StringComparer.Ordinal)];
    }

    private static List<(int Start, int End, string Stem)> Find(string text, IReadOnlyList<SearchTerm> terms)
    {
        // A stem begins as its word does, so only words with the first letter of a term are looked at.
        var byLetter = terms.Select(t => (t.Start, Stem: t.Start ? t.Word : Stem.Of(t.Word))).ToLookup(t => t.Stem[0]);
        List<(int, int, string)> found = [];
        foreach (var (start, end) in SearchTerms.Spans(text))
        {
            var first = char.IsAscii(text[start]) ? char.ToLowerInvariant(text[start]) : SearchTerms.Fold(text.AsSpan(start, 1))[0];
            if (!byLetter.Contains(first))
                continue;
            var word = SearchTerms.Fold(text.AsSpan(start, end - start));
            var stem = Stem.Of(word);
            if (byLetter[first].Any(t => t.Start ? word.StartsWith(t.Stem, StringComparison.Ordinal) : stem == t.Stem))
                found.Add((start, end, stem));
        }
        return found;
    }

    // Where a window holds the most different words, and of those the first.
    private static int BestStart(string text, List<(int Start, int End, string Stem)> found)
    {
        if (found.Count == 0)
            return 0;
        var (best, most) = (found[0].Start, 0);
        HashSet<string> within = new(StringComparer.Ordinal);
        for (var i = 0; i < found.Count; i++)
        {
            within.Clear();
            for (var j = i; j < found.Count && found[j].End <= found[i].Start + Length - Before; j++)
                within.Add(found[j].Stem);
            if (within.Count > most)
                (best, most) = (found[i].Start, within.Count);
        }
        var start = Math.Max(0, Math.Min(best - Before, text.Length - Length));
        while (start > 0 && start < best && !char.IsWhiteSpace(text[start - 1]))
            start++;
        return start;
    }
}
