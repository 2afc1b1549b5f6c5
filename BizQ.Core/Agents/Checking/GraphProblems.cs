namespace BizQ.Core.Agents;

/// <summary>What is wrong with how nodes and edges hang together.</summary>
internal static class GraphProblems
{
    private static readonly string[] Decisions = ["approved", "rejected"];

    public static IEnumerable<Problem> Of(DefinitionReading reading)
    {
        var ids = reading.Nodes.Select(n => n.Id).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return Doubled(reading.Nodes.Select(n => (n.At, n.Id)), "node")
            .Concat(Doubled(reading.Triggers.Select(t => (t.At, t.Id)), "trigger"))
            .Concat(reading.Edges.SelectMany(edge => Loose(edge, ids)))
            .Concat(Repeated(reading))
            .Concat(Entrances(reading))
            .Concat(Circles(reading))
            .Concat(Unreachable(reading))
            .Concat(reading.Edges.SelectMany(edge => Cases(edge, reading)))
            .Concat(reading.Nodes.SelectMany(node => LeadsOn(node, reading)));
    }

    /// <summary>The nodes from which a node can be reached: in its own body, and before each loop around it.</summary>
    public static IReadOnlySet<string> Before(DefinitionReading reading, ReadNode node)
    {
        var before = new HashSet<string>(StringComparer.Ordinal);
        foreach (var one in reading.Around(node).Prepend(node).Where(n => n.Id is not null))
            before.UnionWith(Walk([one.Id!], id => reading.Into(id).Select(edge => edge.From!), withStart: false));
        return before;
    }

    private static IEnumerable<Problem> Doubled(IEnumerable<(string At, string? Id)> parts, string what) => parts
        .Where(part => part.Id is not null)
        .GroupBy(part => part.Id, StringComparer.Ordinal)
        .SelectMany(same => same.Skip(1))
        .Select(part => new Problem(part.At + "/id", $"There is already a {what} '{part.Id}'. Give this one another id."));

    private static IEnumerable<Problem> Loose(ReadEdge edge, HashSet<string> ids)
    {
        if (edge.From is { } from && !ids.Contains(from))
            yield return new Problem(edge.At + "/from", $"There is no node '{from}' for this edge to start at.{Nearest.Hint(from, ids)}");
        if (edge.To is { } to && !ids.Contains(to))
            yield return new Problem(edge.At + "/to", $"There is no node '{to}' for this edge to lead to.{Nearest.Hint(to, ids)}");
    }

    private static IEnumerable<Problem> Repeated(DefinitionReading reading) => reading.Edges
        .GroupBy(edge => (edge.From, edge.To, edge.Case, edge.When, edge.OnError))
        .SelectMany(same => same.Skip(1))
        .Where(edge => edge is { From: not null, To: not null })
        .Select(edge => new Problem(edge.At, $"This edge from '{edge.From}' to '{edge.To}' is there twice. Remove one."));

    private static IEnumerable<Problem> Entrances(DefinitionReading reading)
    {
        var entrances = reading.Nodes.Where(n => n.Kind == "trigger").ToList();
        if (entrances.Count == 0 && reading.Nodes.Count > 0)
            yield return new Problem("/nodes", "No node is of kind trigger, so nothing would ever run. Add one and lead an edge from it to the first step.");
        foreach (var edge in reading.Edges.Where(edge => entrances.Any(n => n.Id is not null && n.Id == edge.To)))
            yield return new Problem(edge.At + "/to", $"'{edge.To}' is a trigger: runs come in there, so no edge can lead to it.");
    }

    private static IEnumerable<Problem> Circles(DefinitionReading reading)
    {
        var left = reading.Nodes.Select(n => n.Id).OfType<string>().ToHashSet(StringComparer.Ordinal);
        while (left.Count > 0 && CircleIn(reading, left) is { } circle)
        {
            var edge = reading.Edges.First(e => e.From == circle[^1] && e.To == circle[0]);
            yield return new Problem(edge.At, $"The nodes {string.Join(" → ", circle.Append(circle[0]).Select(id => $"'{id}'"))} form a circle and would wait for each other. Remove an edge of it.");
            left.ExceptWith(circle);
        }
    }

    /// <summary>Follows edges among the nodes that still have both a way in and a way out until one comes again.</summary>
    private static List<string>? CircleIn(DefinitionReading reading, HashSet<string> among)
    {
        var rest = among.ToHashSet(StringComparer.Ordinal);
        bool Ends(string id) => !reading.OutOf(id).Any(e => rest.Contains(e.To!)) || !reading.Into(id).Any(e => rest.Contains(e.From!));
        var ends = new Queue<string>(rest.Where(Ends));
        while (ends.TryDequeue(out var id))
        {
            if (!rest.Remove(id))
                continue;
            foreach (var next in reading.OutOf(id).Select(e => e.To!).Concat(reading.Into(id).Select(e => e.From!)).Where(n => rest.Contains(n) && Ends(n)))
                ends.Enqueue(next);
        }
        if (rest.Count == 0)
            return null;
        var way = new List<string> { reading.Edges.First(e => e is { From: { } from, To: { } to } && rest.Contains(from) && rest.Contains(to)).From! };
        while (true)
        {
            var next = reading.OutOf(way[^1]).First(e => rest.Contains(e.To!)).To!;
            if (way.IndexOf(next) is var start and >= 0)
                return way[start..];
            way.Add(next);
        }
    }

    private static IEnumerable<Problem> Unreachable(DefinitionReading reading)
    {
        var entrances = reading.Nodes.Where(n => n.Kind == "trigger").Select(n => n.Id).OfType<string>().ToList();
        if (entrances.Count == 0)
            return [];
        var reached = Walk(entrances, id => reading.OutOf(id).Select(edge => edge.To!).Concat(reading.Inside(id).Select(n => n.Id).OfType<string>().Where(inner => !reading.Into(inner).Any())), withStart: true);
        return reading.Nodes
            .Where(n => n.Id is not null && !reached.Contains(n.Id))
            .Select(n => new Problem(n.At, $"No way leads from a trigger to '{n.Id}', so it would never run. Lead an edge to it or remove it."));
    }

    private static HashSet<string> Walk(IEnumerable<string> start, Func<string, IEnumerable<string>> nextOf, bool withStart)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>(start);
        if (withStart)
            seen.UnionWith(open);
        while (open.TryDequeue(out var id))
        {
            foreach (var next in nextOf(id).Where(seen.Add))
                open.Enqueue(next);
        }
        return seen;
    }

    private static IEnumerable<Problem> Cases(ReadEdge edge, DefinitionReading reading)
    {
        if (edge.From is not { } from || edge.OnError || reading.NodesCalled(from).FirstOrDefault() is not { } source)
            yield break;
        if (edge.Case is not { } name)
        {
            if (source.Kind == "branch")
                yield return new Problem(edge.At, $"An edge out of the branch '{from}' needs the case it stands for: {string.Join(", ", CasesOf(source) ?? [])}.");
        }
        else if (CasesOf(source) is { } cases && !cases.Contains(name))
        {
            yield return new Problem(edge.At + "/case", cases.Length == 0
                ? $"'{from}' has no cases, so this edge would never be taken. Remove its case."
                : $"'{from}' has no case '{name}', so this edge would never be taken. It has {string.Join(", ", cases)}.{Nearest.Hint(name, cases)}");
        }
    }

    private static IEnumerable<Problem> LeadsOn(ReadNode node, DefinitionReading reading) => node is { Kind: "branch", Id: { } id }
        ? (CasesOf(node) ?? []).Distinct()
            .Where(name => !reading.OutOf(id).Any(edge => edge.Case == name))
            .Select(name => new Problem(node.At, $"No edge leads on from '{id}' in the case '{name}'. Lead one to the next step, or to an output."))
        : [];

    /// <summary>The cases a node can end with; null where they are not known before it runs.</summary>
    private static string[]? CasesOf(ReadNode node) => node.Kind switch
    {
        "branch" when node.Settings is { } settings =>
            [.. DefinitionReading.Items(settings, "cases").Select(c => DefinitionReading.Text(c.Value, "name")).Append(DefinitionReading.Text(settings, "otherwise")).OfType<string>()],
        "approval" or "tool" => Decisions,
        "wait" when node.Settings is { } settings => settings.TryGetProperty("event", out _) ? ["event", "timedOut"] : ["time"],
        "agent" => ["done", "started"],
        "trigger" or "context" or "branch" or LoopKinds.ForEach or LoopKinds.While => [],
        _ => null,
    };
}
