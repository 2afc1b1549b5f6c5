namespace BizQ.Core.Agents;

/// <summary>What is wrong with the tools, branches and triggers a definition names.</summary>
internal static class PartProblems
{
    public static IEnumerable<Problem> Of(DefinitionReading reading, AgentCatalog catalog) =>
        reading.Nodes.SelectMany(node => Tool(node, reading, catalog))
            .Concat(reading.Nodes.SelectMany(node => ToolLoopProblems(node, reading, catalog)))
            .Concat(reading.Nodes.SelectMany(node => StartsFor(node, reading)))
            .Concat(reading.Nodes.SelectMany(Branches))
            .Concat(reading.Triggers.SelectMany(trigger => TriggerProblems.Of(trigger, catalog)));

    private static IEnumerable<Problem> Tool(ReadNode node, DefinitionReading reading, AgentCatalog catalog)
    {
        // That it is not known at all is said by its shape.
        if (node is { Kind: "tool", Settings: { } settings } && DefinitionReading.Text(settings, "tool") is { } tool
            && catalog.Operations.Any(o => o.Name == tool) && !reading.Tools.Contains(tool))
            yield return new Problem(node.At + "/settings/tool", $"The agent may not use {tool}: add it to permissions.tools.");
    }

    private static IEnumerable<Problem> ToolLoopProblems(ReadNode node, DefinitionReading reading, AgentCatalog catalog)
    {
        if (node is not { Kind: ToolLoop.Kind, Settings: { } settings })
            yield break;
        var tools = DefinitionReading.Items(settings, "tools").Where(t => t.Value.ValueKind == System.Text.Json.JsonValueKind.String).ToList();
        if (tools.Count > 0 && string.Equals(DefinitionReading.Text(settings, "model"), "built-in", StringComparison.OrdinalIgnoreCase))
            yield return new Problem(node.At + "/settings/model", "The built-in model cannot use tools. Leave the model out and BizQ chooses one that can, or name a connected one.");
        foreach (var (at, value) in tools.Where(t => t.Value.GetString() != ToolLoop.LookUp))
        {
            var (tool, known) = (value.GetString()!, catalog.Operations.Select(o => o.Name).Append(ToolLoop.LookUp).ToList());
            if (!known.Contains(tool))
                yield return new Problem($"{node.At}/settings{at}", $"There is no tool '{tool}'. There are {string.Join(", ", known)}.{Nearest.Hint(tool, known)}");
            else if (!reading.Tools.Contains(tool))
                yield return new Problem($"{node.At}/settings{at}", $"The agent may not use {tool}: add it to permissions.tools.");
        }
    }

    private static IEnumerable<Problem> StartsFor(ReadNode node, DefinitionReading reading)
    {
        if (node is not { Kind: "trigger", Settings: { } settings })
            yield break;
        var known = reading.Triggers.Select(t => t.Id).OfType<string>().ToList();
        foreach (var (at, value) in DefinitionReading.Items(settings, "on"))
        {
            if (value.ValueKind == System.Text.Json.JsonValueKind.String && !known.Contains(value.GetString()!))
                yield return new Problem($"{node.At}/settings{at}", $"This agent has no trigger '{value.GetString()}'.{Nearest.Hint(value.GetString()!, known)}");
        }
    }

    private static IEnumerable<Problem> Branches(ReadNode node)
    {
        if (node is not { Kind: "branch", Settings: { } settings })
            return [];
        return DefinitionReading.Items(settings, "cases")
            .Select(c => (c.At, Name: DefinitionReading.Text(c.Value, "name")))
            .Where(c => c.Name is not null)
            .GroupBy(c => c.Name, StringComparer.Ordinal)
            .SelectMany(same => same.Skip(1))
            .Select(c => new Problem($"{node.At}/settings{c.At}/name", $"There is already a case '{c.Name}'. Give this one another name."));
    }
}
