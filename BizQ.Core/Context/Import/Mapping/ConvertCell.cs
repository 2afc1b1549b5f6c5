using System.Globalization;
using System.Text.Json;
using BizQ.Core.Mail.Reading;

namespace BizQ.Core.Context;

/// <summary>Makes a value of a cell, as the column's kind wants it; or says why it cannot. Pure.</summary>
internal static class ConvertCell
{
    private static readonly string[] DayFirst = ["d.M.yyyy", "d/M/yyyy", "d-M-yyyy", "d.M.yy", "d/M/yy"];
    private static readonly string[] MonthFirst = ["M/d/yyyy", "M-d-yyyy", "M.d.yyyy", "M/d/yy"];
    private static readonly string[] YearFirst = ["yyyy-M-d", "yyyy/M/d", "yyyy.M.d", "yyyyMMdd"];
    private static readonly string[] Times = ["", " H:mm", " H:mm:ss"];

    private static readonly JsonElement True = JsonElement.Parse("true");
    private static readonly JsonElement False = JsonElement.Parse("false");

    /// <param name="value">Undefined for an empty cell, which says nothing.</param>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public static string? Of(ImportCell cell, ColumnMapping mapping, out JsonElement value)
    {
        value = default;
        if (cell.IsEmpty)
            return null;
        if (cell.Value is { ValueKind: not JsonValueKind.String } given && (mapping.Kind is ColumnKind.Text or ColumnKind.Json or ColumnKind.List || Fits(given, mapping.Kind)))
        {
            value = given;
            return null;
        }
        var text = TextOf(cell);
        if (text.Length > ImportLimits.CellLength)
            return $"It is longer than {ImportLimits.CellLength:N0} characters. Upload longer texts as documents.";
        var made = mapping.Kind switch
        {
            ColumnKind.Number => Number(text, mapping.CommaDecimals),
            ColumnKind.Integer => Number(text, mapping.CommaDecimals) is { } number && IsWhole(number) ? number : null,
            ColumnKind.Boolean => ColumnWords.Yes.Contains(text) ? True : ColumnWords.No.Contains(text) ? False : null,
            ColumnKind.Date => Date(text, mapping.MonthFirst) is { } date ? Json.Element(date) : null,
            ColumnKind.List => Structure(text) ?? List(text),
            _ => Structure(text) ?? Json.Element(text),
        };
        value = made ?? default;
        return made is not null ? null : mapping.Kind switch
        {
            ColumnKind.Number => "It is not a number.",
            ColumnKind.Integer => "It is not a whole number.",
            ColumnKind.Boolean => "It is neither yes nor no.",
            _ => $"It is not a date. Write 2026-01-31, or {(mapping.MonthFirst ? "1/31/2026" : "31.1.2026")}.",
        };
    }

    /// <summary>Without the apostrophe that keeps a program from taking it for a formula, and without outer space.</summary>
    public static string TextOf(ImportCell cell)
    {
        var text = cell.Value is { } value ? value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText() : Neutral.Undone(cell.Text);
        return CleanText.Lines(text, ImportLimits.CellLength + 1).Trim();
    }

    /// <summary>1,234.50 or 1.234,50 or 1 234,50 or 12 %.</summary>
    internal static JsonElement? Number(string text, bool comma)
    {
        var (group, point) = comma ? ('.', ',') : (',', '.');
        Span<char> plain = stackalloc char[32];
        var length = 0;
        var fraction = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            // Signs between thousands stand before three digits, and never behind the point.
            if (c == group || c is ' ' or '\u00A0' or '\u202F' or '\'' or '’')
            {
                if (fraction || length == 0 || !ThreeDigits(text, i + 1))
                    return null;
                continue;
            }
            if (length == plain.Length || !(char.IsAsciiDigit(c) || c == point || ((c is '-' or '+' or '−') && i == 0) || ((c is 'e' or 'E') && length > 0) || ((c is '-' or '+') && text[i - 1] is 'e' or 'E')))
                return null;
            fraction |= c == point;
            plain[length++] = c == point ? '.' : c == '−' ? '-' : c;
        }
        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return decimal.TryParse(plain[..length], style, CultureInfo.InvariantCulture, out var exact) ? Json.Element(exact) : null;
    }

    /// <summary>As ISO 8601: 2026-01-31, with a time where there is one.</summary>
    internal static string? Date(string text, bool monthFirst)
    {
        foreach (var time in Times)
        {
            foreach (var format in YearFirst.Concat(monthFirst ? MonthFirst : DayFirst))
            {
                if (DateTime.TryParseExact(text, format + time, CultureInfo.InvariantCulture, DateTimeStyles.None, out var read))
                    return read.ToString(time.Length == 0 ? "yyyy-MM-dd" : "yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture);
            }
        }
        // With a zone it is a moment, and kept as one.
        return text.Contains('T', StringComparison.Ordinal) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)
            : null;
    }

    /// <summary>Lists and objects, as an export writes them.</summary>
    private static JsonElement? Structure(string text)
    {
        if (text[0] is not ('{' or '[') || text[^1] is not ('}' or ']'))
            return null;
        try
        {
            return JsonElement.Parse(text, new JsonDocumentOptions { MaxDepth = EntityLimits.Depth });
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonElement? List(string text) =>
        Json.Element(text.Split(text.AsSpan().IndexOfAny('\n', ';', '|') >= 0 ? ['\n', ';', '|'] : new[] { ',' }, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static bool Fits(JsonElement given, ColumnKind kind) => kind switch
    {
        ColumnKind.Number => given.ValueKind == JsonValueKind.Number,
        ColumnKind.Integer => given.ValueKind == JsonValueKind.Number && IsWhole(given),
        ColumnKind.Boolean => given.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => false,
    };

    private static bool IsWhole(JsonElement number) => number.TryGetDecimal(out var exact) && decimal.Truncate(exact) == exact;

    private static bool ThreeDigits(string text, int at) =>
        at + 3 <= text.Length && text.AsSpan(at, 3).IndexOfAnyExceptInRange('0', '9') < 0 && (at + 3 == text.Length || !char.IsAsciiDigit(text[at + 3]));
}

/// <summary>Text that a table program would take for a formula, made harmless with an apostrophe before it; and that undone again.</summary>
internal static class Neutral
{
    private const string Signs = "=+-@\t\r";

    public static string Of(string text) => IsFormula(text.AsSpan().TrimStart('\'')) ? $"'{text}" : text;

    public static string Undone(string text) => text.Length > 1 && text[0] == '\'' && IsFormula(text.AsSpan(1).TrimStart('\'')) ? text[1..] : text;

    private static bool IsFormula(ReadOnlySpan<char> text) => text.Length > 0 && Signs.Contains(text[0], StringComparison.Ordinal);
}
