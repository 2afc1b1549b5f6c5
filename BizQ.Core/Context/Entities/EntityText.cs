using System.Text;
using System.Text.Json;

namespace BizQ.Core.Context;

/// <summary>What people call an entity, what its key is and what it says as text, taken from its data. Pure.</summary>
public static class EntityText
{
    // The first that is there wins; {0} is the entity's type.
    private static readonly string[] _nameFields = ["name", "title", "fullName", "displayName", "label", "subject", "{0}Name", "{0}Number", "number", "sku", "code", "email", "key", "id"];
    private static readonly string[] _keyFields = ["key", "id", "{0}Id", "{0}Key", "{0}Number", "{0}No", "{0}Code", "number"];

    // Only for a person is the mail address who it is; on an order it is whose.
    private static readonly HashSet<string> _persons = ["customer", "contact", "person", "employee", "user", "lead", "member", "supplier", "vendor", "partner"];

    public static string NameOf(string type, JsonElement data)
    {
        foreach (var field in _nameFields)
        {
            if (ScalarOf(data, Field(field, type)) is { } name)
                return Clip(name, EntityLimits.NameLength);
        }
        if (PersonName(data) is { } person)
            return person;
        foreach (var property in data.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.String && ScalarOf(data, property.Name) is { } text)
                return Clip(text, EntityLimits.NameLength);
        }
        return char.ToUpperInvariant(type[0]) + type[1..];
    }

    public static string? KeyOf(string type, JsonElement data)
    {
        foreach (var field in _keyFields)
        {
            if (ScalarOf(data, Field(field, type)) is { Length: <= EntityLimits.KeyLength } key)
                return key;
        }
        var own = type == "product" ? ScalarOf(data, "sku") : _persons.Contains(type) ? ScalarOf(data, "email") : null;
        return own?.Length <= EntityLimits.KeyLength ? own : null;
    }

    /// <summary>One line for each field, nested ones under their path: what search finds and what a check looks figures up in.</summary>
    public static string Of(JsonElement data)
    {
        var text = new StringBuilder();
        Write(text, "", data);
        return text.ToString().TrimEnd('\n').Normalize(NormalizationForm.FormC);
    }

    /// <summary>A field's name as people read it: shippedAt and shipped_at are "Shipped at".</summary>
    public static string Words(string field)
    {
        var words = new StringBuilder(field.Length + 4);
        for (var i = 0; i < field.Length; i++)
        {
            var c = field[i];
            if (c is '_' or '-')
                words.Append(' ');
            else if (char.IsUpper(c) && i > 0 && char.IsLower(field[i - 1]))
                words.Append(' ').Append(i + 1 < field.Length && char.IsUpper(field[i + 1]) ? c : char.ToLowerInvariant(c));
            else
                words.Append(c);
        }
        return words.Length == 0 ? field : char.ToUpperInvariant(words[0]) + words.ToString(1, words.Length - 1);
    }

    private static void Write(StringBuilder text, string path, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when path.Length > 0 && Money.Of(value) is { } money:
                Line(text, path, money.ToString());
                break;
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                    Write(text, path.Length == 0 ? Words(property.Name) : $"{path}, {Words(property.Name).ToLowerInvariant()}", property.Value);
                break;
            case JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array)):
                Line(text, path, string.Join(", ", value.EnumerateArray().Select(Plain)));
                break;
            case JsonValueKind.Array:
                var number = 0;
                foreach (var item in value.EnumerateArray())
                    Write(text, $"{path} {++number}", item);
                break;
            case JsonValueKind.Null or JsonValueKind.Undefined:
                break;
            default:
                Line(text, path, Plain(value));
                break;
        }
    }

    private static void Line(StringBuilder text, string path, string value)
    {
        if (value.Length > 0)
            text.Append(path).Append(": ").Append(value).Append('\n');
    }

    private static string Plain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Null => "",
        _ => value.GetRawText(),
    };

    private static string? PersonName(JsonElement data)
    {
        var parts = new[] { ScalarOf(data, "firstName"), ScalarOf(data, "lastName") }.OfType<string>().ToList();
        return parts.Count == 0 ? null : Clip(string.Join(' ', parts), EntityLimits.NameLength);
    }

    private static string Field(string pattern, string type) => pattern.Replace("{0}", type, StringComparison.Ordinal);

    private static string? ScalarOf(JsonElement data, string field)
    {
        foreach (var property in data.EnumerateObject())
        {
            if (Same(property.Name, field) && property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number)
                return Plain(property.Value).Trim() is { Length: > 0 } text ? text : null;
        }
        return null;
    }

    // orderNumber, order_number and Order-Number are one field.
    private static bool Same(string name, string field) =>
        string.Equals(name, field, StringComparison.OrdinalIgnoreCase)
        || (name.AsSpan().ContainsAny("_- ") && string.Equals(string.Concat(name.Split('_', '-', ' ')), field, StringComparison.OrdinalIgnoreCase));

    private static string Clip(string text, int most) => text.Length <= most ? text : text[..(most - 1)] + "…";
}
