using System.Text.Json;
using System.Text.Json.Nodes;

namespace BizQ.Agents.Models.BuiltIn;

/// <summary>A value a schema asks for: the way to it, its own schema, and whether it is a list of such values.</summary>
public sealed record SchemaField(IReadOnlyList<string> Path, JsonElement Schema, bool Many)
{
    public string Name => Path[^1];
}

/// <summary>Reads a JSON Schema as the fields it asks for.</summary>
internal static class SchemaFields
{
    private const int MaxDepth = 8;

    public static IReadOnlyList<SchemaField> Of(JsonElement schema, int most)
    {
        var fields = new List<SchemaField>();
        Collect(schema, schema, [], fields, most);
        return fields;
    }

    /// <summary>The object with every field null and every list empty.</summary>
    public static JsonNode Empty(JsonElement schema) => Empty(schema, schema, 0) ?? new JsonObject();

    public static string Type(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
            return "string";
        if (schema.TryGetProperty("type", out var type))
        {
            if (type.ValueKind == JsonValueKind.String)
                return type.GetString()!;
            if (type.ValueKind == JsonValueKind.Array)
                return type.EnumerateArray().Select(t => t.ToString()).FirstOrDefault(t => t != "null") ?? "null";
        }
        return schema.TryGetProperty("properties", out _) ? "object" : schema.TryGetProperty("items", out _) ? "array" : "string";
    }

    /// <summary><c>{amount, currency}</c> is one value, an amount of money, and not two.</summary>
    public static bool IsMoney(JsonElement schema) =>
        schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty("amount", out _) && properties.TryGetProperty("currency", out _);

    private static void Collect(JsonElement root, JsonElement schema, IReadOnlyList<string> path, List<SchemaField> fields, int most)
    {
        if (path.Count > MaxDepth || !schema.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object)
            return;
        foreach (var property in properties.EnumerateObject())
        {
            if (fields.Count >= most)
                return;
            var value = Resolve(root, property.Value);
            IReadOnlyList<string> here = [.. path, property.Name];
            switch (Type(value))
            {
                case "object" when !IsMoney(value):
                    Collect(root, value, here, fields, most);
                    break;
                case "array":
                    if (value.TryGetProperty("items", out var items) && Resolve(root, items) is var item && (Type(item) is not ("object" or "array") || IsMoney(item)))
                        fields.Add(new SchemaField(here, WithWords(item, value), Many: true));
                    break;
                default:
                    fields.Add(new SchemaField(here, value, Many: false));
                    break;
            }
        }
    }

    /// <summary>A list's title and description speak for its items.</summary>
    private static JsonElement WithWords(JsonElement item, JsonElement list)
    {
        var node = item.ValueKind == JsonValueKind.Object ? (JsonObject)JsonNode.Parse(item.GetRawText())! : [];
        foreach (var name in (ReadOnlySpan<string>)["title", "description"])
        {
            if (!node.ContainsKey(name) && list.TryGetProperty(name, out var words))
                node[name] = words.ToString();
        }
        return JsonElement.Parse(node.ToJsonString());
    }

    private static JsonNode? Empty(JsonElement root, JsonElement schema, int depth)
    {
        var type = Type(schema);
        if (type == "array")
            return new JsonArray();
        if (type != "object" || depth > MaxDepth || depth > 0 && IsMoney(schema))
            return null;
        var node = new JsonObject();
        if (schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in properties.EnumerateObject())
                node[property.Name] = Empty(root, Resolve(root, property.Value), depth + 1);
        }
        return node;
    }

    /// <summary>Follows a reference within the same document, and takes the non-null part of "this or null".</summary>
    private static JsonElement Resolve(JsonElement root, JsonElement schema)
    {
        for (var hops = 0; hops < MaxDepth && schema.ValueKind == JsonValueKind.Object; hops++)
        {
            if (schema.TryGetProperty("$ref", out var reference) && Follow(root, reference.ToString()) is { } target)
                schema = target;
            else if ((schema.TryGetProperty("anyOf", out var any) || schema.TryGetProperty("oneOf", out any)) && any.ValueKind == JsonValueKind.Array
                && any.EnumerateArray().FirstOrDefault(s => s.ValueKind == JsonValueKind.Object && Type(s) != "null") is { ValueKind: JsonValueKind.Object } choice)
                schema = choice;
            else
                break;
        }
        return schema;
    }

    private static JsonElement? Follow(JsonElement root, string reference)
    {
        if (!reference.StartsWith("#/", StringComparison.Ordinal))
            return null;
        var here = root;
        foreach (var part in reference[2..].Split('/'))
        {
            if (here.ValueKind != JsonValueKind.Object || !here.TryGetProperty(part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal), out here))
                return null;
        }
        return here;
    }
}
