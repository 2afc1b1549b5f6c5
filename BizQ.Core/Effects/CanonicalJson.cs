using System.Globalization;
using System.Text;
using System.Text.Json;

namespace BizQ.Core.Effects;

/// <summary>
/// RFC 8785: one spelling for every JSON value, so that the same proposal always has the same hash. Members are sorted by
/// their names' UTF-16 units, numbers are written as ECMAScript writes doubles, and text is escaped only where it must be.
/// </summary>
public static class CanonicalJson
{
    /// <summary>The canonical text; refused are values it cannot carry faithfully: half surrogate pairs, doubled names, numbers beyond a double.</summary>
    public static Outcome<string> Of(JsonElement value)
    {
        try
        {
            var text = new StringBuilder();
            return Write(text, value) is { } refusal ? refusal : text.ToString();
        }
        catch (InvalidOperationException)
        {
            // JsonElement reports half of a surrogate pair only by throwing when the text is read.
            return Refusal.Invalid("brokenText", "The JSON holds half of a surrogate pair, which is not text. Send the whole character.");
        }
    }

    private static Refusal? Write(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                return WriteObject(text, value);
            case JsonValueKind.Array:
                return WriteArray(text, value);
            case JsonValueKind.String:
                WriteText(text, value.GetString()!);
                return null;
            case JsonValueKind.Number:
                return WriteNumber(text, value);
            case JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null:
                text.Append(value.GetRawText());
                return null;
            default:
                return Refusal.Invalid("noValue", "There is no JSON value here.");
        }
    }

    private static Refusal? WriteObject(StringBuilder text, JsonElement value)
    {
        var members = value.EnumerateObject().ToList();
        members.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        text.Append('{');
        for (var i = 0; i < members.Count; i++)
        {
            if (i > 0 && members[i].Name == members[i - 1].Name)
                return Refusal.Invalid("doubledName", $"The JSON names '{members[i].Name}' twice in one object; it is unclear which is meant.");
            if (i > 0)
                text.Append(',');
            WriteText(text, members[i].Name);
            text.Append(':');
            if (Write(text, members[i].Value) is { } refusal)
                return refusal;
        }
        text.Append('}');
        return null;
    }

    private static Refusal? WriteArray(StringBuilder text, JsonElement value)
    {
        text.Append('[');
        var first = true;
        foreach (var item in value.EnumerateArray())
        {
            if (!first)
                text.Append(',');
            first = false;
            if (Write(text, item) is { } refusal)
                return refusal;
        }
        text.Append(']');
        return null;
    }

    private static void WriteText(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var unit in value)
        {
            _ = unit switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\f' => text.Append("\\f"),
                '\r' => text.Append("\\r"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}"),
                _ => text.Append(unit),
            };
        }
        text.Append('"');
    }

    private static Refusal? WriteNumber(StringBuilder text, JsonElement value)
    {
        var number = value.GetDouble();
        if (!double.IsFinite(number))
            return Refusal.Invalid("numberTooLarge", $"The number {value.GetRawText()} is beyond what JSON numbers carry reliably. Send it as text.");
        text.Append(NumberText(number));
        return null;
    }

    /// <summary>As ECMAScript's Number::toString: shortest digits that read back the same, plain from 1e-6 up to 1e21.</summary>
    internal static string NumberText(double number)
    {
        if (number == 0)
            return "0";
        var sign = number < 0 ? "-" : "";
        var (digits, point) = Digits(Math.Abs(number));
        if (point is > 0 and <= 21)
        {
            return point >= digits.Length
                ? sign + digits.PadRight(point, '0')
                : $"{sign}{digits[..point]}.{digits[point..]}";
        }
        if (point is > -6 and <= 0)
            return $"{sign}0.{new string('0', -point)}{digits}";
        var exponent = point - 1;
        var mantissa = digits.Length == 1 ? digits : $"{digits[..1]}.{digits[1..]}";
        return $"{sign}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent).ToString(CultureInfo.InvariantCulture)}";
    }

    /// <summary>The significant digits, and where the decimal point stands counted from before the first of them.</summary>
    private static (string Digits, int Point) Digits(double number)
    {
        var parts = number.ToString("R", CultureInfo.InvariantCulture).Split('E');
        var exponent = parts.Length > 1 ? int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0;
        var dot = parts[0].IndexOf('.', StringComparison.Ordinal);
        var point = dot < 0 ? parts[0].Length : dot;
        var all = parts[0].Replace(".", "", StringComparison.Ordinal);
        var digits = all.TrimStart('0');
        return (digits.TrimEnd('0'), point - (all.Length - digits.Length) + exponent);
    }
}
