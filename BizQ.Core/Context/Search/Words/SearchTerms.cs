using System.Globalization;
using System.Text;

namespace BizQ.Core.Context;

/// <summary>One word to look for, folded as the index folds.</summary>
/// <param name="Count">How often it was said.</param>
/// <param name="Start">It may be the beginning of a longer word.</param>
public readonly record struct SearchTerm(string Word, int Count = 1, bool Start = false);

/// <summary>
/// Makes words to look for out of anything people write: a question, a whole mail, quotes, operators, signs. Only letters and
/// digits come through, so no text is ever a syntax error. Pure.
/// </summary>
public static class SearchTerms
{
    /// <summary>Different words looked at; a mail has about a hundred, and a text of many thousand need not be looked up whole.</summary>
    public const int Most = 400;

    // A longer run of letters is no word: a token, a hash, base64.
    private const int LongestWord = 40;

    /// <param name="typing">The last word may be unfinished: longer words that begin so are looked for too.</param>
    public static IReadOnlyList<SearchTerm> Of(string text, bool typing = false)
    {
        var words = Words(text);
        var counted = words.Where(w => !StopWords.Has(w)).CountBy(w => w).ToList();
        if (counted.Count == 0)
            counted = [.. words.CountBy(w => w)];
        List<SearchTerm> terms = [.. counted.OrderByDescending(w => w.Value).Take(Most).Select(w => new SearchTerm(w.Key, w.Value))];
        if (typing && words.Count > 0 && char.IsLetterOrDigit(text[^1]))
            terms.Add(new SearchTerm(words[^1], Start: true));
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

    /// <summary>Latin letters with accents, and the same letters without: what both indexes fold.</summary>
    public static (string Accented, string Plain) Accents { get; } = Latin();

    /// <summary>Lower case and, for Latin letters, without accents.</summary>
    public static string Fold(ReadOnlySpan<char> word)
    {
        var text = word.ToString().ToLowerInvariant();
        return Ascii.IsValid(text) ? text : string.Concat(text.Normalize(NormalizationForm.FormC).Select(Plain));
    }

    private static char Plain(char letter) => Accents.Accented.IndexOf(letter, StringComparison.Ordinal) is >= 0 and var at ? Accents.Plain[at] : letter;

    // Latin-1 and Latin Extended-A, as far as a letter is one of a–z with marks. More would make PostgreSQL's translate slow.
    private static (string, string) Latin()
    {
        var letters = Enumerable.Range(0xC0, 0x17F - 0xC0 + 1).Select(code => (char)code)
            .Select(letter => (Letter: letter, Base: letter.ToString().Normalize(NormalizationForm.FormD)[0]))
            .Where(l => char.IsAsciiLetter(l.Base)).ToList();
        return (string.Concat(letters.Select(l => l.Letter)), string.Concat(letters.Select(l => l.Base)));
    }

    private static bool IsWord(char c, bool within) =>
        char.IsLetterOrDigit(c)
        || (within && CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark);
}
