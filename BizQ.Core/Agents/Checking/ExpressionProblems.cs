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
        foreach (var node in reading.Nodes.Where(n => n.ErrorValue is not null))
        {
            foreach (var problem in Texts(node.ErrorValue!.Value, node.At + "/onError/value").SelectMany(text => Read(reading, catalog, text.Text, whole: false, text.At, node, andSelf: true)))
                yield return problem;
        }
        foreach (var edge in reading.Edges.Where(e => e.When is not null))
        {
            var source = edge.From is { } from ? reading.NodesCalled(from).FirstOrDefault() : null;
            foreach (var problem in Read(reading, catalog, edge.When!, whole: true, edge.At + "/when", source, andSelf: true))
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
            return text.Trim().Length == 0 ? [] : Read(reading, catalog, text, whole: true, at, node, andSelf: false);
        if (format == "javascript")
            return catalog.CodeProblem(text) is { } problem ? [new Problem(at, problem)] : [];
        if (!text.Contains("{{", StringComparison.Ordinal))
            return [];
        if (reading.MayCompute(at))
            return Read(reading, catalog, text, whole: false, at, node, andSelf: false);
        return format == "fixed"
            ? [new Problem(at, "This takes no {{ expressions }}: what comes from outside must not become an instruction. Put it into the input or the values.")]
            : [];
    }

    private static IEnumerable<(string At, string Text)> Texts(JsonElement value, string at) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().SelectMany(m => Texts(m.Value, $"{at}/{Pointer.Escape(m.Name)}")),
        JsonValueKind.Array => value.EnumerateArray().SelectMany((item, index) => Texts(item, $"{at}/{index}")),
        JsonValueKind.String when value.GetString()!.Contains("{{", StringComparison.Ordinal) => [(at, value.GetString()!)],
        _ => [],
    };

    private static IEnumerable<Problem> Read(DefinitionReading reading, AgentCatalog catalog, string text, bool whole, string at, ReadNode? node, bool andSelf)
    {
        var read = catalog.ReadExpression(text, whole);
        if (read.Problem is { } problem)
        {
            yield return new Problem(at, problem);
            yield break;
        }
        // The condition of a loop looks back at the round before.
        var looksBack = node is { Kind: LoopKinds.While, Id: not null } && !andSelf;
        var inside = looksBack ? reading.Inside(node!.Id!).Select(n => n.Id).ToHashSet() : [];
        var before = node is { Id: not null } && read.Steps.Count > 0 ? GraphProblems.Before(reading, node) : null;
        foreach (var step in read.Steps)
        {
            if (!reading.NodesCalled(step).Any())
                yield return new Problem(at, $"There is no step '{step}' to read from.{Nearest.Hint(step, reading.Nodes.Select(n => n.Id).OfType<string>())}");
            else if (before is not null && !before.Contains(step) && !inside.Contains(step) && !(andSelf && step == node!.Id))
                yield return NotBefore(reading, step, node!, at);
        }
        foreach (var name in read.Names.Where(LoopNames.ContainsKey))
        {
            var kind = LoopNames[name];
            if (node is not null && !reading.Around(node).Any(around => around.Kind == kind) && !(node.Kind == kind && looksBack))
                yield return new Problem(at, $"'{name}' is known only inside of a {kind}{(node.Id is { } id ? $", and '{id}' is not inside of one" : "")}.");
        }
    }

    private static readonly Dictionary<string, string> LoopNames = new(StringComparer.Ordinal)
    {
        ["item"] = LoopKinds.ForEach,
        ["index"] = LoopKinds.ForEach,
        ["round"] = LoopKinds.While,
        ["last"] = LoopKinds.While,
    };

    private static Problem NotBefore(DefinitionReading reading, string step, ReadNode node, string at) =>
        reading.NodesCalled(step).First().Parent is { } loop && loop != node.Parent && reading.Around(node).All(around => around.Id != loop)
            ? new Problem(at, $"'{step}' runs once in each round of '{loop}', so steps.{step} is known only inside of it. Read what the rounds came to from steps.{loop}.output.")
            : new Problem(at, $"'{step}' does not come before '{node.Id}', so steps.{step} would always be empty here. Lead a way from '{step}' to '{node.Id}', or read another step.");

    private static JsonElement Below(JsonElement schema, string keyword, string? name)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty(keyword, out var below))
            return default;
        return name is null ? below : below.ValueKind == JsonValueKind.Object && below.TryGetProperty(name, out var its) ? its : default;
    }
}
