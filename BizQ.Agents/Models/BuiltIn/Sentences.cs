using System.Buffers;

namespace BizQ.Agents.Models.BuiltIn;

/// <summary>A sentence and where it stands in its text.</summary>
public readonly record struct Sentence(string Text, int Start);

/// <summary>Cuts text into sentences: at full stops, question and exclamation marks, list items and blank lines.</summary>
public static class Sentences
{
    private static readonly string[] s_abbreviations =
        ["e.g", "i.e", "etc", "mr", "mrs", "ms", "dr", "prof", "st", "no", "nr", "inc", "ltd", "co", "approx", "vs", "z.b", "ca", "fig", "min", "max"];

    /// <summary>Characters that alone make no sentence.</summary>
    private static readonly SearchValues<char> s_marks = SearchValues.Create(" \t\r\n-*•#|>._=");

    public static List<Sentence> Of(string text)
    {
        var sentences = new List<Sentence>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (!EndsAt(text, start, i))
                continue;
            Add(sentences, text, start, i + 1);
            start = i + 1;
        }
        Add(sentences, text, start, text.Length);
        return sentences;
    }

    private static bool EndsAt(string text, int start, int i) => text[i] switch
    {
        '\n' => StartsNewThought(text, i),
        '?' or '!' or '。' or '！' or '？' => i + 1 == text.Length || char.IsWhiteSpace(text[i + 1]) || text[i] > 127,
        '.' => (i + 1 == text.Length || char.IsWhiteSpace(text[i + 1])) && !IsAbbreviation(text, start, i) && !ContinuesInLowerCase(text, i),
        _ => false,
    };

    /// <summary>A line break ends a sentence before a blank line, a list item or a heading; otherwise text was only wrapped.</summary>
    private static bool StartsNewThought(string text, int i)
    {
        var rest = text.AsSpan(i + 1).TrimStart(" \t\r");
        if (rest.IsEmpty || rest[0] is '\n' or '-' or '*' or '•' or '#' or '|' or '>')
            return true;
        var digits = 0;
        while (digits < rest.Length && char.IsDigit(rest[digits]))
            digits++;
        if (digits is > 0 and < 3 && digits < rest.Length && rest[digits] is '.' or ')')
            return true;
        // A line much shorter than wrapped text is a line of its own.
        var lineStart = text.LastIndexOf('\n', Math.Max(0, i - 1)) + 1;
        return i - lineStart < 50 && (char.IsUpper(rest[0]) || char.IsDigit(rest[0]));
    }

    private static bool IsAbbreviation(string text, int start, int i)
    {
        var wordStart = i;
        while (wordStart > start && !char.IsWhiteSpace(text[wordStart - 1]) && text[wordStart - 1] != '(')
            wordStart--;
        var word = text[wordStart..i];
        return word.Length == 1 && char.IsUpper(word[0])
            || s_abbreviations.Contains(word, StringComparer.OrdinalIgnoreCase)
            || word.Length is 1 or 2 && word.All(char.IsDigit) && text[start..wordStart].All(char.IsWhiteSpace);
    }

    private static bool ContinuesInLowerCase(string text, int i)
    {
        var next = i + 1;
        while (next < text.Length && text[next] is ' ' or '\t')
            next++;
        return next < text.Length && char.IsLower(text[next]);
    }

    private static void Add(List<Sentence> sentences, string text, int start, int end)
    {
        while (start < end && char.IsWhiteSpace(text[start]))
            start++;
        while (end > start && char.IsWhiteSpace(text[end - 1]))
            end--;
        if (text.AsSpan(start, end - start).ContainsAnyExcept(s_marks))
            sentences.Add(new Sentence(text[start..end], start));
    }
}
