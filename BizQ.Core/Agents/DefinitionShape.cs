using System.Text.Json;
using NJsonSchema;
using NJsonSchema.Validation;

namespace BizQ.Core.Agents;

/// <summary>The shape of a definition: the document's own, and of each node's settings that of its kind.</summary>
internal sealed class DefinitionShape(JsonSchema whole, IReadOnlyDictionary<string, JsonSchema> settings)
{
    public static async Task<DefinitionShape> Of(DefinitionSchema schema, AgentCatalog catalog)
    {
        // Without the "if" per kind: it would only say that something, somewhere, does not fit.
        var document = System.Text.Json.Nodes.JsonNode.Parse(schema.Whole.GetRawText())!;
        document["properties"]!["nodes"]!["items"]!.AsObject().Remove("allOf");
        var kinds = new Dictionary<string, JsonSchema>(StringComparer.Ordinal);
        foreach (var kind in catalog.Nodes)
            kinds[kind.Kind] = await JsonSchema.FromJsonAsync(kind.Settings.GetRawText());
        return new DefinitionShape(await JsonSchema.FromJsonAsync(document.ToJsonString()), kinds);
    }

    public IEnumerable<Problem> Problems(JsonElement document)
    {
        var problems = whole.Validate(document.GetRawText()).SelectMany(Flatten).Select(error => Say(error, ""));
        return problems.Concat(SettingsProblems(document)).Distinct();
    }

    private IEnumerable<Problem> SettingsProblems(JsonElement document)
    {
        if (document.ValueKind != JsonValueKind.Object || !document.TryGetProperty("nodes", out var nodes) || nodes.ValueKind != JsonValueKind.Array)
            yield break;
        var index = -1;
        foreach (var node in nodes.EnumerateArray())
        {
            index++;
            if (node.ValueKind != JsonValueKind.Object || !node.TryGetProperty("kind", out var kind) || kind.ValueKind != JsonValueKind.String || !settings.TryGetValue(kind.GetString()!, out var schema))
                continue;
            var given = node.TryGetProperty("settings", out var found) && found.ValueKind == JsonValueKind.Object ? found.GetRawText() : "{}";
            foreach (var error in schema.Validate(given).SelectMany(Flatten))
                yield return Say(error, $"/nodes/{index}/settings");
        }
    }

    private static IEnumerable<ValidationError> Flatten(ValidationError error) =>
        error is ChildSchemaValidationError { Errors.Count: > 0 } parent ? parent.Errors.SelectMany(child => child.Value).SelectMany(Flatten) : [error];

    private static Problem Say(ValidationError error, string below)
    {
        // NJsonSchema writes "#/nodes[3].kind"; a pointer says "/nodes/3/kind".
        var pointer = below + (error.Path ?? "").TrimStart('#').Replace("[", "/", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Replace('.', '/');
        var name = error.Property is { Length: > 0 } property ? $"'{property}'" : "This";
        return new Problem(pointer, error.Kind switch
        {
            ValidationErrorKind.PropertyRequired => $"{name} is missing.",
            ValidationErrorKind.NoAdditionalPropertiesAllowed => $"{name} is not known here. Remove it, or correct its spelling.",
            ValidationErrorKind.NotInEnumeration => $"{name} must be one of: {string.Join(", ", error.Schema?.Enumeration ?? [])}.",
            ValidationErrorKind.StringExpected => $"{name} must be a text.",
            ValidationErrorKind.IntegerExpected or ValidationErrorKind.NumberExpected => $"{name} must be a number.",
            ValidationErrorKind.BooleanExpected => $"{name} must be true or false.",
            ValidationErrorKind.ArrayExpected => $"{name} must be a list.",
            ValidationErrorKind.ObjectExpected => $"{name} must be an object.",
            ValidationErrorKind.StringTooShort => $"{name} must not be empty.",
            ValidationErrorKind.StringTooLong => $"{name} is longer than {error.Schema?.MaxLength} characters.",
            ValidationErrorKind.PatternMismatch => $"{name} does not have the form {error.Schema?.Pattern}.",
            ValidationErrorKind.TooManyItems => $"{name} has more than {error.Schema?.MaxItems} entries.",
            ValidationErrorKind.TooFewItems => $"{name} needs at least {error.Schema?.MinItems}.",
            ValidationErrorKind.NumberTooSmall => $"{name} must be at least {error.Schema?.Minimum}.",
            ValidationErrorKind.NumberTooBig => $"{name} must be at most {error.Schema?.Maximum}.",
            _ => $"{name} does not fit ({error.Kind}).",
        });
    }
}
