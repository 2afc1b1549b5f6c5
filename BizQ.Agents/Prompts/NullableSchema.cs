using System.Text.Json;
using System.Text.Json.Nodes;
using BizQ.Core;

namespace BizQ.Agents.Prompts;

/// <summary>
/// Lets every field of a schema be null. A schema of a builder says what a value looks like if there is one; a model that may not
/// say "not there" invents something.
/// </summary>
internal static class NullableSchema
{
    public static JsonElement Of(JsonElement schema) => Json.Element(Loosened(JsonNode.Parse(schema.GetRawText())!.AsObject()));

    /// <summary>Fields that an answer left out become null: what follows in the agent can rely on them being there.</summary>
    public static Func<JsonElement, JsonElement> Fill(JsonElement schema) => answer =>
    {
        if (!schema.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object)
            return answer;
        var filled = JsonNode.Parse(answer.GetRawText())!.AsObject();
        foreach (var property in properties.EnumerateObject().Where(property => !filled.ContainsKey(property.Name)))
            filled[property.Name] = null;
        return Json.Element(filled);
    };

    private static JsonObject Loosened(JsonObject schema)
    {
        if (schema["properties"] is JsonObject properties)
        {
            foreach (var (_, value) in properties.ToList())
            {
                if (value is JsonObject property)
                    AllowNull(Loosened(property));
            }
        }
        if (schema["items"] is JsonObject items)
            Loosened(items);
        if (schema["$defs"] is JsonObject definitions)
        {
            foreach (var (_, value) in definitions.ToList())
            {
                if (value is JsonObject definition)
                    AllowNull(Loosened(definition));
            }
        }
        return schema;
    }

    private static void AllowNull(JsonObject schema)
    {
        if (schema["type"] is JsonValue type && type.GetValueKind() == JsonValueKind.String && type.GetValue<string>() != "null")
            schema["type"] = new JsonArray(type.GetValue<string>(), "null");
        else if (schema["type"] is JsonArray types && !types.Any(one => one?.ToString() == "null"))
            types.Add("null");
        if (schema["enum"] is JsonArray allowed && !allowed.Any(one => one is null))
            allowed.Add(null);
    }
}
