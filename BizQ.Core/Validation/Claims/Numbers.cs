using System.Globalization;
using System.Text.RegularExpressions;

namespace BizQ.Core.Validation.Claims;

/// <summary>
/// Numbers as people write them: 1,299.00 and 1.299,00 and 1 299,00 and 1'299.00 are the same. Where one separator could be
/// either mark (1.299), both readings count.
/// </summary>
internal static partial class Numbers
{
    /// <summary>A number: digits with marks between them. Plain spaces group only where a currency says that it is one number.</summary>
    public const string Pattern = @"\d+(?:[.,'’\u00A0\u202F]\d+)*";

    /// <summary>The same, where plain spaces may group thousands.</summary>
    public const string Spaced = @"(?:\d{1,3}(?: \d{3})+(?:[.,]\d+)?|" + Pattern + ")";

    private static readonly Dictionary<string, int> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["one"] = 1,
        ["two"] = 2,
        ["three"] = 3,
        ["four"] = 4,
        ["five"] = 5,
        ["six"] = 6,
        ["seven"] = 7,
        ["eight"] = 8,
        ["nine"] = 9,
        ["ten"] = 10,
        ["eleven"] = 11,
        ["twelve"] = 12,
        ["fourteen"] = 14,
        ["fifteen"] = 15,
        ["twenty"] = 20,
        ["thirty"] = 30,
        ["sixty"] = 60,
        ["ninety"] = 90,
        ["ein"] = 1,
        ["eine"] = 1,
        ["einem"] = 1,
        ["einen"] = 1,
        ["einer"] = 1,
        ["zwei"] = 2,
        ["drei"] = 3,
        ["vier"] = 4,
        ["fünf"] = 5,
        ["sechs"] = 6,
        ["sieben"] = 7,
        ["acht"] = 8,
        ["neun"] = 9,
        ["zehn"] = 10,
        ["zwölf"] = 12,
        ["vierzehn"] = 14,
        ["dreißig"] = 30,
        ["une"] = 1,
        ["deux"] = 2,
        ["trois"] = 3,
        ["quatre"] = 4,
        ["cinq"] = 5,
        ["sept"] = 7,
        ["huit"] = 8,
        ["dix"] = 10,
        ["quinze"] = 15,
        ["trente"] = 30,
        ["dos"] = 2,
        ["tres"] = 3,
        ["cuatro"] = 4,
        ["cinco"] = 5,
        ["siete"] = 7,
        ["diez"] = 10,
        ["quince"] = 15,
        ["treinta"] = 30,
    };

    public static readonly string WordPattern = string.Join('|', Words.Keys.OrderByDescending(w => w.Length));

    /// <summary>Every value the digits can mean, the likeliest first.</summary>
    public static IReadOnlyList<decimal> Readings(string written)
    {
        if (Words.TryGetValue(written, out var word))
            return [word];
        var text = written.Replace('’', '\'').Replace('\u00A0', ' ').Replace('\u202F', ' ');
        var marks = text.Where(c => !char.IsDigit(c)).ToList();
        if (marks.Count == 0)
            return Value(text);
        var last = marks[^1];
        if (marks.Distinct().Count() > 1)
            return last is '.' or ',' ? Value(WithPoint(text, text.LastIndexOf(last))) : Value(Bare(text));
        if (last is '\'' or ' ' || marks.Count > 1)
            return Grouped().IsMatch(text) ? Value(Bare(text)) : [];
        var point = text.IndexOf(last, StringComparison.Ordinal);
        var couldGroup = text.Length - point == 4 && point is > 0 and <= 3 && text[0] != '0';
        return couldGroup ? [.. Value(Bare(text)), .. Value(WithPoint(text, point))] : Value(WithPoint(text, point));
    }

    /// <summary>One spelling per value: 12.50 and 12.5 are the same.</summary>
    public static string Key(decimal value) => value.ToString("0.############", CultureInfo.InvariantCulture);

    private static string WithPoint(string text, int point) => $"{Bare(text[..point])}.{Bare(text[point..])}";

    private static string Bare(string text) => string.Concat(text.Where(char.IsDigit));

    private static IReadOnlyList<decimal> Value(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? [value] : [];

    [GeneratedRegex(@"^\d{1,3}(?:[.,' ]\d{3})+$")]
    private static partial Regex Grouped();
}
