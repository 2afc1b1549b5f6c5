using System.Globalization;
using System.Text.Json;
using BizQ.Agents.Models.Recognisers;
using BizQ.Core;

namespace BizQ.Agents.Models.BuiltIn;

/// <summary>Brings what was recognised into the type a field wants, or drops it when it cannot be that.</summary>
internal static class FieldValue
{
    public static Found? Fit(JsonElement schema, Found found)
    {
        var value = found.Value;
        if (schema.ValueKind != JsonValueKind.Object || SchemaFields.IsMoney(schema))
            return found;
        if (value.ValueKind == JsonValueKind.Object)
            value = SchemaFields.Type(schema) is "number" or "integer"
                ? Json.Element(Json.Read<Money>(value)!.Value)
                : Json.Element(Json.Read<Money>(value)!.ToString());
        if (schema.TryGetProperty("format", out var format) && format.ValueEquals("date-time") && value.GetString() is { Length: 10 } date)
            value = Json.Element(date + "T00:00:00Z");
        return Allowed(schema, value) ? found with { Value = value } : null;
    }

    private static bool Allowed(JsonElement schema, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number)
        {
            var number = value.GetDecimal();
            return (SchemaFields.Type(schema) != "integer" || number == Math.Truncate(number))
                && (!Limit(schema, "minimum", out var min) || number >= min) && (!Limit(schema, "maximum", out var max) || number <= max)
                && (!Limit(schema, "exclusiveMinimum", out min) || number > min) && (!Limit(schema, "exclusiveMaximum", out max) || number < max);
        }
        if (value.ValueKind == JsonValueKind.String)
        {
            var length = new StringInfo(value.GetString()!).LengthInTextElements;
            return (!Limit(schema, "maxLength", out var max) || length <= max) && (!Limit(schema, "minLength", out var min) || length >= min);
        }
        return true;
    }

    private static bool Limit(JsonElement schema, string name, out decimal limit)
    {
        limit = 0;
        return schema.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out limit);
    }
}
