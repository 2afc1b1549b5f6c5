using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace BizQ.Core.Context;

/// <summary>Everything that is wrong with a type of entity that is being saved, at once.</summary>
internal static partial class EntityTypeLimits
{
    /// <summary>A schema is read with every write of its type; a longer one describes more than people fill in.</summary>
    public const int SchemaBytes = 32 * 1024;

    public const int SchemaDepth = 16;

    private const int TitleLength = 80;
    private const int AboutLength = 500;

    // A hundred years: what lasts longer is not volatile.
    private const int MostDays = 36_500;

    public static async Task<Refusal?> Check(EntityTypeDefinition type, TypeSchemas schemas)
    {
        var problems = ProblemsOf(type).ToList();
        if (problems.Count == 0 && await SchemaProblem(type, schemas) is { } broken)
            problems.Add(broken);
        return problems.Count == 0 ? null : Refusal.Invalid("badType", "This type of entity cannot be kept as it is.", problems);
    }

    private static IEnumerable<Problem> ProblemsOf(EntityTypeDefinition type)
    {
        if (EntityLimits.ProblemOfType(type.Name) is { } badName)
            yield return badName with { Pointer = "/name" };
        foreach (var (pointer, text, most) in new[] { ("/title", type.Title, TitleLength), ("/plural", type.Plural, TitleLength) })
        {
            if (string.IsNullOrWhiteSpace(text) || text.Length > most)
                yield return new Problem(pointer, $"Between 1 and {most} characters.");
        }
        if (!Word().IsMatch(type.Icon ?? ""))
            yield return new Problem("/icon", "The name of an icon in lower case, such as inventory_2.");
        if (!Word().IsMatch(type.Category ?? ""))
            yield return new Problem("/category", "One lower-case word, such as company, customers, products, policies, processes, people or brand.");
        if (type.About?.Length > AboutLength)
            yield return new Problem("/about", $"At most {AboutLength} characters.");
        if (type.Required.Count > EntityLimits.Fields || type.Required.Any(f => !IsField(f)))
            yield return new Problem("/required", $"Names of at most {EntityLimits.Fields} fields, each of at most {EntityLimits.FieldNameLength} characters.");
        if (type.Volatile.Count > EntityLimits.Fields || type.Volatile.Any(v => !IsField(v?.Field) || v!.Days is < 1 or > MostDays) || type.Volatile.DistinctBy(v => v?.Field).Count() != type.Volatile.Count)
            yield return new Problem("/volatile", $"Each field once, with a lifetime of 1 to {MostDays:N0} days.");
        foreach (var problem in ProblemsOf(type.Schema))
            yield return problem;
    }

    private static IEnumerable<Problem> ProblemsOf(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
            yield return new Problem("/schema", "A JSON Schema is an object; {} takes anything.");
        else if (Encoding.UTF8.GetByteCount(schema.GetRawText()) > SchemaBytes)
            yield return new Problem("/schema", $"The schema is longer than {SchemaBytes / 1024} KB.");
        else if (EntityLimits.Deeper(schema, SchemaDepth))
            yield return new Problem("/schema", $"The schema is nested deeper than {SchemaDepth} levels.");
        else if (!EntityLimits.Clean(schema))
            yield return new Problem("/schema", "The schema holds a null character or half of a surrogate pair, which no database keeps.");
        else if (LeadsOutside(schema))
            yield return new Problem("/schema", "$ref may only point into the schema itself: #/definitions/….");
        else if (HasPatterns(schema))
            yield return new Problem("/schema", "pattern and patternProperties are not taken, because some patterns keep a server busy for hours. Use enum, format, minLength or maxLength.");
        else if (UnknownType(schema) is { } unknown)
            yield return new Problem("/schema", $"type is one or some of {string.Join(", ", _types)}, not \"{unknown}\".");
        else
        {
            foreach (var reference in EntityReference.In(schema).Where(r => EntityLimits.ProblemOfType(r.Type) is not null || !Kind().IsMatch(r.Kind)))
                yield return new Problem($"/schema/properties/{string.Join('/', reference.Path)}", "x-entity names a type of entity, and x-relation a relation in lower camel case, such as placedBy.");
        }
    }

    /// <summary>The schema as the library that checks with it reads it.</summary>
    private static async Task<Problem?> SchemaProblem(EntityTypeDefinition type, TypeSchemas schemas)
    {
        try
        {
            await schemas.Of(type.Schema);
            return null;
        }
        catch (Exception broken) when (broken is Newtonsoft.Json.JsonException or InvalidOperationException or ArgumentException or NotSupportedException or FormatException)
        {
            return new Problem("/schema", $"This is not a JSON Schema that can be used: {broken.Message}");
        }
    }

    // A schema that is fetched would let whoever saves a type make this server call addresses.
    private static bool LeadsOutside(JsonElement schema) => schema.ValueKind switch
    {
        JsonValueKind.Object => schema.EnumerateObject().Any(p =>
            p.NameEquals("$ref") && p.Value.ValueKind == JsonValueKind.String ? !p.Value.GetString()!.StartsWith('#') : LeadsOutside(p.Value)),
        JsonValueKind.Array => schema.EnumerateArray().Any(LeadsOutside),
        _ => false,
    };

    private static readonly HashSet<string> _types = ["object", "array", "string", "number", "integer", "boolean", "null"];

    // Values that are not schemas may hold anything.
    private static readonly HashSet<string> _values = ["default", "const", "enum", "example", "examples"];

    private static string? UnknownType(JsonElement schema) => schema.ValueKind switch
    {
        JsonValueKind.Object => schema.EnumerateObject().Where(p => !_values.Contains(p.Name)).Select(p => p.NameEquals("type") && TypesOf(p.Value) is { Count: > 0 } named
            ? named.FirstOrDefault(t => !_types.Contains(t)) : UnknownType(p.Value)).FirstOrDefault(found => found is not null),
        JsonValueKind.Array => schema.EnumerateArray().Select(UnknownType).FirstOrDefault(found => found is not null),
        _ => null,
    };

    private static List<string> TypesOf(JsonElement type) => type.ValueKind switch
    {
        JsonValueKind.String => [type.GetString()!],
        JsonValueKind.Array => [.. type.EnumerateArray().Where(t => t.ValueKind == JsonValueKind.String).Select(t => t.GetString()!)],
        _ => [],
    };

    // A property of that name has a schema, which is no text.
    private static bool HasPatterns(JsonElement schema) => schema.ValueKind switch
    {
        JsonValueKind.Object => schema.EnumerateObject().Any(p => p.NameEquals("patternProperties") || (p.NameEquals("pattern") && p.Value.ValueKind == JsonValueKind.String) || HasPatterns(p.Value)),
        JsonValueKind.Array => schema.EnumerateArray().Any(HasPatterns),
        _ => false,
    };

    private static bool IsField(string? name) => !string.IsNullOrWhiteSpace(name) && name.Length <= EntityLimits.FieldNameLength;

    [GeneratedRegex("^[a-z][a-z0-9_]{0,49}$")]
    private static partial Regex Word();

    [GeneratedRegex("^[a-z][A-Za-z0-9]{0,49}$")]
    public static partial Regex Kind();
}
