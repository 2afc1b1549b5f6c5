using System.Text.Json;

namespace BizQ.Core.Context;

/// <summary>A place in a type's data that holds the key of another entity.</summary>
/// <param name="Path">The names of the properties down to it; lists on the way are walked through.</param>
/// <param name="Type">The type of entity it names.</param>
/// <param name="Kind">What the relation is called: placedBy, suppliedBy, …</param>
/// <param name="By">The field of the other entity that is named; empty for its key.</param>
public sealed record EntityReference(IReadOnlyList<string> Path, string Type, string Kind, string By = "")
{
    /// <summary>Deeper in the data nobody would look for a reference; it also bounds the walk.</summary>
    private const int Deepest = 4;

    /// <summary>One entity refers to no more others than this through one place; the rest of a longer list is left out.</summary>
    public const int Most = 200;

    /// <summary>The field of the entity's data it lies in.</summary>
    public string Field => Path[0];

    /// <summary>The references a JSON Schema marks with <c>x-entity</c>.</summary>
    public static IReadOnlyList<EntityReference> In(JsonElement schema)
    {
        var found = new List<EntityReference>();
        Walk(schema, [], found);
        return found;
    }

    /// <summary>The keys the data holds there, as they are compared.</summary>
    public IEnumerable<string> KeysIn(JsonElement data) => KeysAt(data, 0).Distinct(StringComparer.Ordinal).Take(Most);

    private IEnumerable<string> KeysAt(JsonElement value, int depth) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray().SelectMany(item => KeysAt(item, depth)),
        JsonValueKind.Object => depth < Path.Count && value.TryGetProperty(Path[depth], out var inner) ? KeysAt(inner, depth + 1) : [],
        JsonValueKind.String or JsonValueKind.Number => depth == Path.Count && Lookup.Of(value) is { } key ? [key] : [],
        _ => [],
    };

    private static void Walk(JsonElement schema, IReadOnlyList<string> path, List<EntityReference> found)
    {
        if (schema.ValueKind != JsonValueKind.Object || path.Count > Deepest)
            return;
        if (path.Count > 0 && TextOf(schema, "x-entity") is { } type)
            found.Add(new EntityReference(path, EntityLimits.NormalType(type), TextOf(schema, "x-relation") ?? path[^1], TextOf(schema, "x-by") ?? ""));
        if (schema.TryGetProperty("items", out var items))
            Walk(items, path, found);
        if (schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in properties.EnumerateObject())
                Walk(property.Value, [.. path, property.Name], found);
        }
    }

    private static string? TextOf(JsonElement schema, string name) =>
        schema.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
