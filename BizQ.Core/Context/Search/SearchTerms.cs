using System.Globalization;
using System.Text;

namespace BizQ.Core.Context;

/// <summary>One word to look for, folded as the index folds; <paramref name="Start"/> alone: a word that begins so.</summary>
public readonly record struct SearchTerm(string Word, bool Start = false);

/// <summary>
/// Makes words to look for out of anything people write: a question, a whole mail, quotes, operators, signs. Only letters and
/// digits come through, so no text is ever a syntax error. Pure.
/// </summary>
public static class SearchTerms
{
    /// <summary>More words than this add time, not precision; the first ones and the repeated ones are kept.</summary>
    public const int Most = 64;

    // A longer run of letters is no word: a token, a hash, base64.
    private const int LongestWord = 40;

    /// <param name="typing">The last word may be unfinished: it also matches longer words that begin so.</param>
    public static IReadOnlyList<SearchTerm> Of(string text, bool typing = false)
    {
        var words = Words(text);
        var counted = words.Where(w => !StopWords.Has(w)).CountBy(w => w).ToList();
        if (counted.Count == 0)
            counted = [.. words.CountBy(w => w)];
        List<SearchTerm> terms = [.. counted.OrderByDescending(w => w.Value).Take(Most).Select(w => new SearchTerm(w.Key))];
        if (typing && words.Count > 0 && text.Length > 0 && char.IsLetterOrDigit(text[^1]))
        {
            terms.RemoveAll(t => t.Word == words[^1]);
            terms.Add(new SearchTerm(words[^1], Start: true));
        }
        return terms;
    }

    /// <summary>Every word in order, folded.</summary>
    public static List<string> Words(string text)
    {
        List<string> words = [];
        foreach (var (start, end) in Spans(text))
        {
            if (end - start <= LongestWord)
                words.Add(Fold(text.AsSpan(start, end - start)));
        }
        return words;
    }

    /// <summary>Where the words are: runs of letters, digits and the marks that belong to them.</summary>
    public static IEnumerable<(int Start, int End)> Spans(string text)
    {
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && IsWord(text[i], start >= 0))
            {
                if (start < 0)
                    start = i;
                continue;
            }
            if (start >= 0)
                yield return (start, i);
            start = -1;
        }
    }

    /// <summary>Lower case and without accents.</summary>
    public static string Fold(ReadOnlySpan<char> word)
    {
        var text = word.ToString().ToLowerInvariant();
        if (Ascii.IsValid(text))
            return text;
        var folded = new StringBuilder(text.Length);
        foreach (var c in text.Normalize(NormalizationForm.FormD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
                folded.Append(c);
        }
        return folded.ToString().Normalize(NormalizationForm.FormC);
    }

    private static bool IsWord(char c, bool within) =>
        char.IsLetterOrDigit(c) || char.IsSurrogate(c)
        || (within && CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark);
}
