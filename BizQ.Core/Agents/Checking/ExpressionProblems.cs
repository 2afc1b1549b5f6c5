using System.Text.Json;

namespace BizQ.Core.Agents;

/// <summary>What is wrong with the expressions of a definition: their syntax, the names and steps they use, and where they stand.</summary>
internal static class ExpressionProblems
{
    public static IEnumerable<Problem> Of(DefinitionReading reading, AgentCatalog catalog)
    {
        foreach (var node in reading.Nodes.Where(n => n is { Settings: not null, Description: not null }))
        {
            foreach (var problem in Look(reading, catalog, node, node.Description!.Settings, node.Settings!.Value, node.At + "/settings"))
                yield return problem;
        }
        foreach (var edge in reading.Edges.Where(e => e.When is not null))
        {
            foreach (var problem in Read(reading, catalog, edge.When!, whole: true, edge.At + "/when", edge.From, andSelf: true))
                yield return problem;
        }
    }

    private static IEnumerable<Problem> Look(DefinitionReading reading, AgentCatalog catalog, ReadNode node, JsonElement schema, JsonElement value, string at) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().SelectMany(m => Look(reading, catalog, node, Below(schema, "properties", m.Name), m.Value, $"{at}/{Pointer.Escape(m.Name)}")),
        JsonValueKind.Array => value.EnumerateArray().SelectMany((item, index) => Look(reading, catalog, node, Below(schema, "items", null), item, $"{at}/{index}")),
        JsonValueKind.String => Text(reading, catalog, node, DefinitionReading.Text(schema, "format"), value.GetString()!, at),
        _ => [],
    };

    private static IEnumerable<Problem> Text(DefinitionReading reading, AgentCatalog catalog, ReadNode node, string? format, string text, string at)
    {
        if (format == "expression")
            return text.Trim().Length == 0 ? [] : Read(reading, catalog, text, whole: true, at, node.Id, andSelf: false);
        if (!text.Contains("{{", StringComparison.Ordinal))
            return [];
        if (reading.MayCompute(at))
            return Read(reading, catalog, text, whole: false, at, node.Id, andSelf: false);
        return format == "fixed"
            ? [new Problem(at, "This takes no {{ expressions }}: what comes from outside must not become an instruction. Put it into the input or the values.")]
            : [];
    }

    private static IEnumerable<Problem> Read(DefinitionReading reading, AgentCatalog catalog, string text, bool whole, string at, string? node, bool andSelf)
    {
        var read = catalog.ReadExpression(text, whole);
        if (read.Problem is { } problem)
        {
            yield return new Problem(at, problem);
            yield break;
        }
        var before = node is null ? null : GraphProblems.Before(reading, node);
        foreach (var step in read.Steps)
        {
            if (!reading.NodesCalled(step).Any())
                yield return new Problem(at, $"There is no step '{step}' to read from.{Nearest.Hint(step, reading.Nodes.Select(n => n.Id).OfType<string>())}");
            else if (before is not null && !before.Contains(step) && !(andSelf && step == node))
                yield return new Problem(at, $"'{step}' does not come before '{node}', so steps.{step} would always be empty here. Lead a way from '{step}' to '{node}', or read another step.");
        }
    }

    private static JsonElement Below(JsonElement schema, string keyword, string? name)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty(keyword, out var below))
            return default;
        return name is null ? below : below.ValueKind == JsonValueKind.Object && below.TryGetProperty(name, out var its) ? its : default;
    }
}
