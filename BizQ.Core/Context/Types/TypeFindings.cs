using System.Text.Json;
using NJsonSchema;
using NJsonSchema.Validation;

namespace BizQ.Core.Context;

public enum TypeFindingKind { Missing, WrongKind }

/// <summary>What an entity lacks, or says otherwise than its type expects.</summary>
public sealed record TypeFinding(string Field, TypeFindingKind Kind, string Message);

/// <summary>How an entity's data looks beside its type. It warns: what is incomplete is kept all the same.</summary>
public static class TypeFindings
{
    private const int Most = 50;

    public static async Task<IReadOnlyList<TypeFinding>> Of(EntityTypeDefinition? type, JsonElement data, TypeSchemas schemas)
    {
        if (type is null)
            return [];
        List<TypeFinding> findings = [.. Missing(type, data)];
        findings.AddRange(Wrong(await schemas.Of(type.Schema), data).Where(f => findings.All(m => m.Field != f.Field)));
        return [.. findings.Take(Most)];
    }

    /// <summary>The required fields the data does not have.</summary>
    public static IEnumerable<TypeFinding> Missing(EntityTypeDefinition type, JsonElement data) => type.Required
        .Where(field => !data.TryGetProperty(field, out var value) || IsEmpty(value))
        .Select(field => new TypeFinding(field, TypeFindingKind.Missing, $"{EntityText.Words(field)} is not known yet."));

    private static IEnumerable<TypeFinding> Wrong(JsonSchema schema, JsonElement data) => schema.Validate(data.GetRawText())
        .Select(error => (Field: FieldOf(error), Error: error))
        .Where(e => e.Field.Length > 0)
        .DistinctBy(e => e.Field)
        .Select(e => new TypeFinding(e.Field, TypeFindingKind.WrongKind, $"{EntityText.Words(e.Field)} is not of the kind this type expects ({Camel(e.Error)})."));

    private static string FieldOf(ValidationError error)
    {
        var path = (error.Path ?? "").TrimStart('#', '/');
        var end = path.AsSpan().IndexOfAny("./[");
        return end < 0 ? path : path[..end];
    }

    private static string Camel(ValidationError error)
    {
        var kind = error.Kind.ToString();
        return char.ToLowerInvariant(kind[0]) + kind[1..];
    }

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => true,
        JsonValueKind.String => string.IsNullOrWhiteSpace(value.GetString()),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        _ => false,
    };
}
