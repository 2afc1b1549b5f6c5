using BizQ.Core.Agents;

namespace BizQ.Agents.Runtime.Flow;

/// <summary>
/// A definition made ready to run: nodes in an order in which every edge points forward, and edges by number. Steps remember
/// edges by their index in the definition, so the order of <see cref="AgentDefinition.Edges"/> is part of a version.
/// </summary>
public sealed class Graph
{
    private readonly Dictionary<string, Joint> _joints;

    private Graph(AgentDefinition definition, Dictionary<string, Joint> joints, IReadOnlyList<NodeDefinition> order)
    {
        Definition = definition;
        Order = order;
        _joints = joints;
    }

    public AgentDefinition Definition { get; }

    /// <summary>Sources before their targets; among equals as the definition lists them.</summary>
    public IReadOnlyList<NodeDefinition> Order { get; }

    public NodeDefinition? Find(string nodeId) => _joints.GetValueOrDefault(nodeId)?.Node;

    /// <summary>Indexes into the definition's edges.</summary>
    public IReadOnlyList<int> Into(string nodeId) => _joints[nodeId].Into;

    public IReadOnlyList<int> OutOf(string nodeId) => _joints[nodeId].OutOf;

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
            source.OutOf.Add(edge);
            target.Into.Add(edge);
        }
        var order = Sort(definition, joints);
        return order.Count == definition.Nodes.Count
            ? (new Graph(definition, joints, order), null)
            : (null, $"The nodes {string.Join(", ", definition.Nodes.Except(order).Select(n => $"'{n.Id}'"))} wait for each other in a circle.");
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
