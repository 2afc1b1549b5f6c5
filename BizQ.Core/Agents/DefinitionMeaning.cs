using System.Text.Json;

namespace BizQ.Core.Agents;

/// <summary>What a well-formed definition can still get wrong: references, the graph, permissions, schedules, expressions. Pure.</summary>
internal static class DefinitionMeaning
{
    public static IEnumerable<Problem> Problems(AgentDefinition definition, AgentCatalog catalog) =>
        Header(definition).Concat(Ids(definition)).Concat(Triggers(definition)).Concat(Edges(definition))
            .Concat(Graph(definition)).Concat(Tools(definition, catalog)).Concat(Texts(definition, catalog));

    private static IEnumerable<Problem> Header(AgentDefinition definition)
    {
        if (definition.Format != AgentDefinition.CurrentFormat)
            yield return new Problem("/format", $"Format {definition.Format} is not one this version reads; it reads {AgentDefinition.CurrentFormat}.");
        if (!definition.Nodes.Any(node => node.Kind == "trigger"))
            yield return new Problem("/nodes", "There is no trigger node, so nothing can start it. Add one.");
    }

    private static IEnumerable<Problem> Ids(AgentDefinition definition)
    {
        foreach (var (index, node) in definition.Nodes.Index().Where(n => definition.Nodes.Take(n.Index).Any(earlier => earlier.Id == n.Item.Id)))
            yield return new Problem($"/nodes/{index}/id", $"Another node is called '{node.Id}' already.");
        foreach (var (index, trigger) in definition.Triggers.Index().Where(t => definition.Triggers.Take(t.Index).Any(earlier => earlier.Id == t.Item.Id)))
            yield return new Problem($"/triggers/{index}/id", $"Another trigger is called '{trigger.Id}' already.");
    }

    private static IEnumerable<Problem> Triggers(AgentDefinition definition)
    {
        foreach (var (index, trigger) in definition.Triggers.Index())
        {
            if (trigger.Kind == "schedule" && string.IsNullOrWhiteSpace(trigger.Cron))
                yield return new Problem($"/triggers/{index}/cron", "A schedule needs a cron expression, such as 0 0 8 * * ? for every day at eight.");
            if (trigger.TimeZone is { } zone && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
                yield return new Problem($"/triggers/{index}/timeZone", $"'{zone}' is not a time zone. Take an IANA name, such as Europe/Berlin.");
        }
        foreach (var (index, node) in definition.Nodes.Index().Where(n => n.Item.Kind == "trigger"))
        {
            if (node.Settings is not { ValueKind: JsonValueKind.Object } settings || !settings.TryGetProperty("on", out var on) || on.ValueKind != JsonValueKind.Array)
                continue;
            foreach (var (place, id) in on.EnumerateArray().Index().Where(t => definition.Triggers.All(trigger => trigger.Id != t.Item.ToString())))
                yield return new Problem($"/nodes/{index}/settings/on/{place}", $"There is no trigger '{id}'.");
        }
    }

    private static IEnumerable<Problem> Edges(AgentDefinition definition)
    {
        var nodes = definition.Nodes.DistinctBy(n => n.Id).ToDictionary(n => n.Id);
        foreach (var (index, edge) in definition.Edges.Index())
        {
            if (!nodes.ContainsKey(edge.To))
                yield return new Problem($"/edges/{index}/to", $"There is no node '{edge.To}'.");
            if (!nodes.TryGetValue(edge.From, out var from))
                yield return new Problem($"/edges/{index}/from", $"There is no node '{edge.From}'.");
            else if (CasesOf(from) is { } cases && edge.Case is { } wanted && !cases.Contains(wanted))
                yield return new Problem($"/edges/{index}/case", $"'{from.Id}' has no case '{wanted}'; it has {string.Join(", ", cases)}.");
            else if (from.Kind == "branch" && edge.Case is null)
                yield return new Problem($"/edges/{index}", $"An edge out of the branch '{from.Id}' needs the case it stands for.");
        }
        foreach (var (index, node) in definition.Nodes.Index().Where(n => n.Item.Kind == "branch"))
        {
            foreach (var missing in (CasesOf(node) ?? []).Where(name => !definition.Edges.Any(e => e.From == node.Id && e.Case == name)))
                yield return new Problem($"/nodes/{index}", $"No edge leads on from '{node.Id}' in the case '{missing}'.");
        }
    }

    private static IEnumerable<Problem> Graph(AgentDefinition definition)
    {
        var next = definition.Edges.ToLookup(e => e.From, e => e.To);
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Stack<string>(definition.Nodes.Where(n => n.Kind == "trigger").Select(n => n.Id));
        while (waiting.TryPop(out var id))
        {
            if (reached.Add(id))
                foreach (var to in next[id])
                    waiting.Push(to);
        }
        foreach (var (index, node) in definition.Nodes.Index().Where(n => !reached.Contains(n.Item.Id)))
            yield return new Problem($"/nodes/{index}", $"No path leads from a trigger to '{node.Id}'. Connect it, or remove it.");
        // What cannot be taken away by removing nodes without incoming edges again and again, is on a cycle or behind one.
        var left = definition.Nodes.Select(n => n.Id).ToHashSet(StringComparer.Ordinal);
        while (left.RemoveWhere(id => !definition.Edges.Any(e => e.To == id && left.Contains(e.From))) > 0) { }
        while (left.RemoveWhere(id => !next[id].Any(left.Contains)) > 0) { }
        if (left.Count > 0)
            yield return new Problem("/edges", $"These nodes lead back to themselves: {string.Join(", ", left)}. A run must come to an end; remove one of the edges between them.");
    }

    private static IEnumerable<Problem> Tools(AgentDefinition definition, AgentCatalog catalog)
    {
        foreach (var (index, node) in definition.Nodes.Index().Where(n => n.Item.Kind == "tool"))
        {
            if (node.Settings is not { ValueKind: JsonValueKind.Object } settings || !settings.TryGetProperty("tool", out var tool) || tool.ValueKind != JsonValueKind.String)
                continue;
            if (catalog.Operations.All(o => o.Name != tool.GetString()))
                yield return new Problem($"/nodes/{index}/settings/tool", $"There is no operation '{tool}'. There is {string.Join(", ", catalog.Operations.Select(o => o.Name))}.");
            else if (!definition.Permissions.Tools.Contains(tool.GetString()!))
                yield return new Problem($"/nodes/{index}/settings/tool", $"The agent is not permitted to use {tool}. Add it to permissions.tools if it should be.");
        }
    }

    private static IEnumerable<Problem> Texts(AgentDefinition definition, AgentCatalog catalog)
    {
        foreach (var (index, edge) in definition.Edges.Index().Where(e => e.Item.When is { Length: > 0 }))
        {
            if (catalog.ExpressionProblem(Braced(edge.When!)) is { } problem)
                yield return new Problem($"/edges/{index}/when", problem);
        }
        foreach (var (index, node) in definition.Nodes.Index().Where(n => n.Item.Settings is { ValueKind: JsonValueKind.Object }))
        {
            foreach (var (pointer, text) in TextsIn(node.Settings!.Value, $"/nodes/{index}/settings"))
            {
                // A branch's conditions are bare; a draft's template is Liquid, which has braces of its own.
                var bare = node.Kind == "branch" && pointer.EndsWith("/when", StringComparison.Ordinal);
                var expression = bare ? Braced(text) : pointer.EndsWith("/settings/template", StringComparison.Ordinal) ? null : text;
                if (expression is not null && catalog.ExpressionProblem(expression) is { } problem)
                    yield return new Problem(pointer, problem);
            }
        }
    }

    private static IEnumerable<(string Pointer, string Text)> TextsIn(JsonElement value, string pointer) => value.ValueKind switch
    {
        JsonValueKind.String => [(pointer, value.GetString()!)],
        JsonValueKind.Array => value.EnumerateArray().Index().SelectMany(item => TextsIn(item.Item, $"{pointer}/{item.Index}")),
        JsonValueKind.Object => value.EnumerateObject().SelectMany(p => TextsIn(p.Value, $"{pointer}/{p.Name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}")),
        _ => [],
    };

    private static string Braced(string when) => when.TrimStart().StartsWith("{{", StringComparison.Ordinal) ? when : $"{{{{ {when} }}}}";

    private static List<string>? CasesOf(NodeDefinition node)
    {
        if (node.Kind == "approval")
            return ["approved", "rejected"];
        if (node.Kind != "branch" || node.Settings is not { ValueKind: JsonValueKind.Object } settings)
            return null;
        List<string> cases = [];
        if (settings.TryGetProperty("cases", out var list) && list.ValueKind == JsonValueKind.Array)
            cases.AddRange(list.EnumerateArray().Where(c => c.ValueKind == JsonValueKind.Object && c.TryGetProperty("name", out _)).Select(c => c.GetProperty("name").ToString()));
        if (settings.TryGetProperty("otherwise", out var otherwise))
            cases.Add(otherwise.ToString());
        return cases;
    }
}
