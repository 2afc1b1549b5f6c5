using System.Text;

namespace BizQ.Core.Context;

public enum Comparison { Is, More, AtLeast, Less, AtMost }

/// <summary>A condition as it was written: <c>total&gt;100</c>, <c>-status:late</c>.</summary>
public sealed record QueryFilter(string Field, Comparison Comparison, string Value, bool Not, string Written);

/// <summary>Words that must stand in the text exactly so, or, with a minus before the quotes, must not.</summary>
public sealed record QueryPhrase(string Text, bool Not);

/// <summary>
/// What somebody asked, taken apart: words, "exact phrases" and conditions on fields. Any text can be read; what is no condition
/// is words. Pure.
/// </summary>
public sealed record QueryText(string Words, IReadOnlyList<QueryPhrase> Phrases, IReadOnlyList<QueryFilter> Filters)
{
    /// <summary>A longer text, or one of several lines, was not typed to search: a mail with "total>100" in it asks for nothing.</summary>
    private const int Longest = 400;

    private const int Most = 20;

    private static readonly (string Sign, Comparison Comparison, bool Not)[] _signs =
    [
        (":>=", Comparison.AtLeast, false), (":<=", Comparison.AtMost, false), (":>", Comparison.More, false), (":<", Comparison.Less, false),
        (">=", Comparison.AtLeast, false), ("<=", Comparison.AtMost, false), ("!=", Comparison.Is, true), (">", Comparison.More, false),
        ("<", Comparison.Less, false), ("=", Comparison.Is, false), (":", Comparison.Is, false),
    ];

    public bool IsPlain => Phrases.Count + Filters.Count == 0;

    /// <summary>The text with nothing in it read as a condition.</summary>
    public static QueryText Plain(string text) => new(text, [], []);

    public static QueryText Of(string text)
    {
        if (text.Length > Longest || text.Contains('\n', StringComparison.Ordinal))
            return Plain(text);
        var words = new StringBuilder();
        List<QueryPhrase> phrases = [];
        List<QueryFilter> filters = [];
        for (var at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }
            var end = EndOf(text, at);
            var not = text[at] == '-' && at + 1 < end;
            var from = not ? at + 1 : at;
            if (phrases.Count + filters.Count < Most && Phrase(text, from, end) is { } phrase)
                phrases.Add(new QueryPhrase(phrase, not));
            else if (phrases.Count + filters.Count < Most && Filter(text[from..end], not, text[at..end]) is { } filter)
                filters.Add(filter);
            else
                words.Append(words.Length > 0 ? " " : "").Append(text, at, end - at);
            at = end;
        }
        return new QueryText(words.ToString(), phrases, filters);
    }

    /// <summary>The next blank outside of quotes; a quote that is never closed is a sign like any other.</summary>
    private static int EndOf(string text, int at)
    {
        for (; at < text.Length && !char.IsWhiteSpace(text[at]); at++)
        {
            if (text[at] == '"' && text.IndexOf('"', at + 1) is > 0 and var close)
                at = close;
        }
        return at;
    }

    private static string? Phrase(string text, int from, int end) =>
        end - from > 2 && text[from] == '"' && text[end - 1] == '"' && text[(from + 1)..(end - 1)].Trim() is { Length: > 0 } phrase ? phrase : null;

    private static QueryFilter? Filter(string word, bool not, string written)
    {
        if (!char.IsLetter(word[0]))
            return null;
        var name = 1;
        while (name < word.Length && (char.IsLetterOrDigit(word[name]) || word[name] is '_' or '-' or '.'))
            name++;
        var rest = word.AsSpan(name);
        foreach (var (sign, comparison, differs) in _signs)
        {
            if (!rest.StartsWith(sign, StringComparison.Ordinal))
                continue;
            var value = rest[sign.Length..].Trim('"').Trim().ToString();
            // http://… and the like.
            return value.Length == 0 || value.StartsWith("//", StringComparison.Ordinal) ? null : new QueryFilter(word[..name], comparison, value, not != differs, written);
        }
        return null;
    }
}
