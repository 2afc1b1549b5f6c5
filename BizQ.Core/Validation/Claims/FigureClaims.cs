using System.Text.RegularExpressions;

namespace BizQ.Core.Validation.Claims;

/// <summary>Links, percentages, references such as order numbers, and every other figure.</summary>
internal static partial class FigureClaims
{
    public static IEnumerable<Claim> Links(Reading reading)
    {
        foreach (Match match in Link().Matches(reading.Text))
        {
            var written = match.Value.TrimEnd('.', ',', ')', ';', ':', '!', '?', '>');
            var key = LinkKey(written);
            var host = key.Split('/')[0];
            yield return reading.Claim(ClaimKind.Link, match.Index, written.Length, key == host ? [$"link:{key}", $"host:{host}"] : [$"link:{key}"], [$"link:{key}", $"host:{host}"]);
        }
    }

    public static IEnumerable<Claim> Percentages(Reading reading)
    {
        foreach (Match match in Percentage().Matches(reading.Text))
        {
            var values = Numbers.Readings(match.Groups["n"].Value);
            if (values.Count > 0 && reading.IsFree(match.Index, match.Length))
                yield return reading.Claim(ClaimKind.Percentage, match.Index, match.Length, [.. values.Select(v => $"percent:{Numbers.Key(v)}")]);
        }
    }

    /// <summary>What is left with a digit in it: tokens with letters are references, the others figures.</summary>
    public static IEnumerable<Claim> Rest(Reading reading)
    {
        foreach (Match match in Token().Matches(reading.Text))
        {
            if (!reading.IsFree(match.Index, match.Length) || Ordinal().IsMatch(match.Value))
                continue;
            if (Measured().Match(match.Value) is { Success: true } measured)
                yield return Figure(reading, match.Index, measured.Groups["n"].Value, match.Value);
            else if (match.Value.Any(char.IsLetter) || match.Value[0] == '#' || Versioned().IsMatch(match.Value))
                yield return Reference(reading, match);
            else
                foreach (var number in Number().Matches(match.Value).Select(n => Figure(reading, match.Index + n.Index, n.Value, n.Value)))
                    yield return number;
        }
    }

    private static Claim Figure(Reading reading, int start, string number, string token)
    {
        var values = Numbers.Readings(number);
        if (values.Count == 0 || LooksLikeReference().IsMatch(number))
            return Digits(reading, start, number);
        var spelled = ReferenceKey(token);
        return reading.Claim(ClaimKind.Figure, start, number.Length,
            [.. values.Select(v => $"number:{Numbers.Key(v)}"), $"reference:{spelled}"],
            [.. values.SelectMany(v => new[] { $"number:{Numbers.Key(v)}", $"bare:{Numbers.Key(v)}" }), $"reference:{spelled}"]);
    }

    /// <summary>Digits that count nothing (a leading zero, ten and more of them, 1.2.3.4): compared as they stand.</summary>
    private static Claim Digits(Reading reading, int start, string digits) =>
        reading.Claim(ClaimKind.Reference, start, digits.Length, [$"reference:{ReferenceKey(digits)}"]);

    private static Claim Reference(Reading reading, Match match)
    {
        var key = ReferenceKey(match.Value);
        var digits = Number().Matches(match.Value).SelectMany(n => Numbers.Readings(n.Value)).ToList();
        var needs = match.Value[0] == '#' && digits.Count == 1 ? (string[])[$"reference:{key}", $"number:{Numbers.Key(digits[0])}"] : [$"reference:{key}"];
        return reading.Claim(ClaimKind.Reference, match.Index, match.Length, needs, [$"reference:{key}", .. digits.Select(v => $"number:{Numbers.Key(v)}")]);
    }

    /// <summary>BX-1042, bx 1042 and #BX1042 are one reference.</summary>
    public static string ReferenceKey(string written) => string.Concat(written.Where(char.IsLetterOrDigit)).ToUpperInvariant();

    public static string LinkKey(string written)
    {
        var bare = Scheme().Replace(written, "").TrimEnd('/');
        var slash = bare.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? bare.ToLowerInvariant() : bare[..slash].ToLowerInvariant() + bare[slash..];
    }

    [GeneratedRegex(@"(?:https?://|www\.)[^\s<>""'\]]+|(?<![@\w.-])(?:[a-z0-9-]+\.)+(?:com|net|org|io|de|at|ch|fr|es|it|nl|uk|eu|shop|info|biz|app|dev|example)(?:/[^\s<>""'\]]*)?(?![\w@-])", RegexOptions.IgnoreCase)]
    private static partial Regex Link();

    [GeneratedRegex(@"^(?:https?://)?(?:www\.)?", RegexOptions.IgnoreCase)]
    private static partial Regex Scheme();

    [GeneratedRegex(@"(?<![\p{L}\d.,])(?<n>" + Numbers.Pattern + @")[ \u00A0\u202F]?(?:%|percent\b|per cent\b|Prozent\b|pour cent\b|por ciento\b)", RegexOptions.IgnoreCase)]
    private static partial Regex Percentage();

    [GeneratedRegex(@"#?(?=[\p{L}\d_/-]*\d)[\p{L}\d](?:[\p{L}\d_]|[-/](?=[\p{L}\d])|(?<=\d)[.,'’](?=\d)|(?<=\d)[\u00A0\u202F](?=\d{3}(?!\d)))*")]
    private static partial Regex Token();

    [GeneratedRegex(@"^\d+(?:st|nd|rd|th|er|ère|ème|e)$", RegexOptions.IgnoreCase)]
    private static partial Regex Ordinal();

    // 45l, 2.5kg, 2-person: a number with its unit or word.
    [GeneratedRegex(@"^(?<n>" + Numbers.Pattern + @")(?:-?\p{L}{1,3}|-\p{L}[\p{L}-]*)$")]
    private static partial Regex Measured();

    [GeneratedRegex(@"^(?:0\d+|\d{10,})$")]
    private static partial Regex LooksLikeReference();

    [GeneratedRegex(@"^\d+(?:\.\d+){2,}$")]
    private static partial Regex Versioned();

    [GeneratedRegex(Numbers.Pattern)]
    private static partial Regex Number();
}
