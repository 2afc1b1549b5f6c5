using BizQ.Core.Agents;

namespace BizQ.Agents.Runtime.Flow;

/// <summary>The nodes that run together, sources before their targets: those of the agent itself, or those inside of one loop.</summary>
public sealed record Body(string Loop, IReadOnlyList<NodeDefinition> Order);

/// <summary>
/// A definition made ready to run: nodes in an order in which every edge points forward, and edges by number. Steps remember
/// edges by their index in the definition, so the order of <see cref="AgentDefinition.Edges"/> is part of a version.
/// </summary>
public sealed class Graph
{
    private readonly Dictionary<string, Joint> _joints;
    private readonly Dictionary<string, Body> _bodies;

    private Graph(AgentDefinition definition, Dictionary<string, Joint> joints, IReadOnlyList<NodeDefinition> order)
    {
        Definition = definition;
        Order = order;
        _joints = joints;
        _bodies = order.GroupBy(n => n.Parent ?? "", StringComparer.Ordinal).ToDictionary(body => body.Key, body => new Body(body.Key, [.. body]), StringComparer.Ordinal);
        Whole = _bodies.GetValueOrDefault("") ?? new Body("", []);
    }

    public AgentDefinition Definition { get; }

    /// <summary>Sources before their targets; among equals as the definition lists them.</summary>
    public IReadOnlyList<NodeDefinition> Order { get; }

    /// <summary>The nodes that are not inside of a loop.</summary>
    public Body Whole { get; }

    public NodeDefinition? Find(string nodeId) => _joints.GetValueOrDefault(nodeId)?.Node;

    /// <summary>Indexes into the definition's edges.</summary>
    public IReadOnlyList<int> Into(string nodeId) => _joints[nodeId].Into;

    public IReadOnlyList<int> OutOf(string nodeId) => _joints[nodeId].OutOf;

    /// <summary>What is inside of a loop.</summary>
    public Body BodyOf(string loopId) => _bodies[loopId];

    /// <summary>Whether a loop, or one around it, may be tried again as a whole.</summary>
    public bool MayRepeat(string loopId)
    {
        for (var loop = Find(loopId); loop is not null; loop = loop.Parent is { } around ? Find(around) : null)
        {
            if (loop.Retry is not null || loop.OnError is { Then: AfterError.Ask })
                return true;
        }
        return false;
    }

    /// <summary>Whether a loop around a node has a time limit.</summary>
    public bool IsTimed(NodeDefinition node)
    {
        for (var loop = node.Parent; loop is not null; loop = Find(loop)?.Parent)
        {
            if (Find(loop)?.TimeoutSeconds is not null)
                return true;
        }
        return false;
    }

    /// <summary>The same graph under other permissions and limits; nodes and edges must be the same.</summary>
    public Graph With(AgentDefinition bounds) =>
        new(Definition with { Permissions = bounds.Permissions, Limits = bounds.Limits, Autonomy = bounds.Autonomy }, _joints, Order);

    /// <summary>The graph, or in one sentence why this definition cannot run. Saving checks the same and more; this guards old and foreign rows.</summary>
    public static (Graph? Graph, string? Problem) Compile(AgentDefinition definition)
    {
        var joints = new Dictionary<string, Joint>(StringComparer.Ordinal);
        foreach (var node in definition.Nodes)
        {
            if (!joints.TryAdd(node.Id, new Joint(node)))
                return (null, $"Two nodes are called '{node.Id}'.");
        }
        for (var edge = 0; edge < definition.Edges.Count; edge++)
        {
            var (from, to) = (definition.Edges[edge].From, definition.Edges[edge].To);
            if (!joints.TryGetValue(from, out var source) || !joints.TryGetValue(to, out var target))
                return (null, $"The edge from '{from}' to '{to}' ends at a node that does not exist.");
            if (source.Node.Parent != target.Node.Parent)
                return (null, $"The edge from '{from}' to '{to}' leads into or out of a loop.");
            source.OutOf.Add(edge);
            target.Into.Add(edge);
        }
        if (LoopProblem(definition, joints) is { } problem)
            return (null, problem);
        var order = Sort(definition, joints);
        return order.Count == definition.Nodes.Count
            ? (new Graph(definition, joints, order), null)
            : (null, $"The nodes {string.Join(", ", definition.Nodes.Except(order).Select(n => $"'{n.Id}'"))} wait for each other in a circle.");
    }

    private static string? LoopProblem(AgentDefinition definition, Dictionary<string, Joint> joints)
    {
        var inside = definition.Nodes.Where(n => n.Parent is not null).ToLookup(n => n.Parent!, StringComparer.Ordinal);
        foreach (var node in definition.Nodes)
        {
            if (LoopKinds.Includes(node.Kind) && !inside[node.Id].Any())
                return $"Nothing is inside of the loop '{node.Id}'.";
            if (node.Parent is not { } parent)
                continue;
            if (node.Kind == "trigger" || !joints.TryGetValue(parent, out var loop) || !LoopKinds.Includes(loop.Node.Kind))
                return $"'{node.Id}' cannot be inside of '{parent}'.";
            var depth = 0;
            for (var around = parent; around is not null; around = joints.GetValueOrDefault(around)?.Node.Parent)
            {
                if (++depth > definition.Nodes.Count)
                    return $"The loop '{node.Parent}' would be inside of itself.";
            }
        }
        return null;
    }

    private static List<NodeDefinition> Sort(AgentDefinition definition, Dictionary<string, Joint> joints)
    {
        var open = joints.ToDictionary(p => p.Key, p => p.Value.Into.Count, StringComparer.Ordinal);
        var ready = new Queue<NodeDefinition>(definition.Nodes.Where(n => open[n.Id] == 0));
        var order = new List<NodeDefinition>(definition.Nodes.Count);
        while (ready.TryDequeue(out var node))
        {
            order.Add(node);
            foreach (var edge in joints[node.Id].OutOf)
            {
                var target = joints[definition.Edges[edge].To];
                if (--open[target.Node.Id] == 0)
                    ready.Enqueue(target.Node);
            }
        }
        return order;
    }

    private sealed record Joint(NodeDefinition Node)
    {
        public List<int> Into { get; } = [];
        public List<int> OutOf { get; } = [];
    }
}
