namespace BizQ.Core.Agents;

/// <summary>What is wrong with loops and what is inside of them, and with the ways errors take.</summary>
internal static class LoopProblems
{
    public static IEnumerable<Problem> Of(DefinitionReading reading) =>
        reading.Nodes.SelectMany(node => Parent(node, reading))
            .Concat(reading.Nodes.Where(n => n.IsLoop).SelectMany(loop => Loop(loop, reading)))
            .Concat(reading.Edges.SelectMany(edge => Crossing(edge, reading)))
            .Concat(reading.Edges.Where(e => e is { OnError: true, Case: not null }).Select(e => new Problem(
                e.At + "/case", "An edge for errors has no case: its source has not answered. Remove the case, or the onError.")));

    private static IEnumerable<Problem> Parent(ReadNode node, DefinitionReading reading)
    {
        if (node.Parent is not { } parent)
            yield break;
        if (node.Kind == "trigger")
            yield return new Problem(node.At + "/parent", "A trigger cannot be inside of a loop: runs come in there. Remove its parent.");
        if (reading.NodesCalled(parent).FirstOrDefault() is not { } loop)
            yield return new Problem(node.At + "/parent", $"There is no node '{parent}' to be inside of.{Nearest.Hint(parent, reading.Nodes.Where(n => n.IsLoop).Select(n => n.Id).OfType<string>())}");
        else if (!loop.IsLoop)
            yield return new Problem(node.At + "/parent", $"'{parent}' is no loop: only nodes of kind forEach or while have others inside of them.");
        else if (reading.Around(node).Any(around => around.Id is not null && around.Id == node.Id))
            yield return new Problem(node.At + "/parent", $"'{node.Id}' would be inside of itself. Remove the parent of it or of a loop around it.");
    }

    private static IEnumerable<Problem> Loop(ReadNode loop, DefinitionReading reading)
    {
        if (loop.Id is { } id && !reading.Inside(id).Any())
            yield return new Problem(loop.At, $"Nothing is inside of the loop '{id}'. Put at least one node into it by giving that \"parent\": \"{id}\".");
    }

    private static IEnumerable<Problem> Crossing(ReadEdge edge, DefinitionReading reading)
    {
        if (edge is not { From: { } from, To: { } to } || reading.NodesCalled(from).FirstOrDefault() is not { } source || reading.NodesCalled(to).FirstOrDefault() is not { } target)
            yield break;
        if (source.Parent != target.Parent)
            yield return new Problem(edge.At, $"{Where(source)} and {Where(target)}, so no edge can lead from one to the other. Lead it to or from the loop itself: its output holds what its rounds came to.");
    }

    private static string Where(ReadNode node) => node.Parent is { } parent ? $"'{node.Id}' is inside of '{parent}'" : $"'{node.Id}' is not inside of a loop";
}
