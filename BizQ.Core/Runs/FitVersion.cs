using BizQ.Core.Agents;

namespace BizQ.Core.Runs;

/// <summary>
/// Moves what a run has done onto another version of its agent. That works when the nodes that have run are still there, are
/// of the same kind and lead to the same places; what comes after them may be altogether different.
/// </summary>
internal static class FitVersion
{
    /// <summary>Rewrites which edges the steps made live; or says why it cannot.</summary>
    public static Refusal? Move(AgentDefinition from, AgentDefinition to, IReadOnlyList<RunStep> steps)
    {
        var (before, after) = (Nodes(from), Nodes(to));
        var moved = new List<(RunStep Step, List<int> Live)>();
        // A model's turns and calls go where its own step goes.
        foreach (var step in steps.Where(step => !ToolLoop.IsInner(step.NodeId)))
        {
            if (!after.TryGetValue(step.NodeId, out var node) || !before.TryGetValue(step.NodeId, out var was) || Place(node) != Place(was))
                return Unfit(step, "is not in the newest version, or is something else there");
            if (step.LiveEdges is not { } live)
                continue;
            var (old, now) = (Out(from, step.NodeId), Out(to, step.NodeId));
            if (!old.Select(e => e.Edge).ToHashSet().SetEquals(now.Select(e => e.Edge)))
                return Unfit(step, "leads elsewhere in the newest version");
            var edges = live.EnumerateArray().Select(index => from.Edges[index.GetInt32()]).ToHashSet();
            moved.Add((step, [.. now.Where(e => edges.Contains(e.Edge)).Select(e => e.Index)]));
        }
        foreach (var (step, live) in moved)
            step.LiveEdges = Json.Element(live);
        return null;
    }

    private static Dictionary<string, NodeDefinition> Nodes(AgentDefinition definition) => definition.Nodes.ToDictionary(node => node.Id);

    private static List<(EdgeDefinition Edge, int Index)> Out(AgentDefinition definition, string nodeId) =>
        [.. definition.Edges.Select((edge, index) => (edge, index)).Where(e => e.edge.From == nodeId)];

    /// <summary>What must not change of a node that has run: its kind, the loop it stands in, and whether it works in turns.</summary>
    private static (string Kind, string? Parent, bool InTurns) Place(NodeDefinition node) => (node.Kind, node.Parent, ToolLoop.Has(node));

    private static Refusal Unfit(RunStep step, string why) => Refusal.Conflict(
        "versionDiffers",
        $"This run cannot go on with the newest version: '{step.Title ?? step.NodeId}', which it has already been through, {why}. Start it again from the beginning instead.");
}
