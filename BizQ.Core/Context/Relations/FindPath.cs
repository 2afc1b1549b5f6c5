using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <param name="Nodes">From the first entity to the last; empty when no way was found.</param>
/// <param name="Edges">One between each two nodes, which may point either way.</param>
/// <param name="Cut">The search met its bound, so there may be a way that was not found.</param>
public sealed record EntityPath(IReadOnlyList<GraphNode> Nodes, IReadOnlyList<GraphEdge> Edges, bool Cut);

/// <summary>The shortest way from one entity to another over relations in either direction, searched from both ends at once.</summary>
public sealed class FindPath(BizQDatabase database, TimeProvider clock)
{
    /// <summary>Further apart, two things have nothing to do with each other.</summary>
    public const int Longest = 6;

    // Of one step of one side; what is related to more than this is related to everything.
    private const int MostHops = 2000;

    public async Task<Outcome<EntityPath>> Run(Actor actor, Guid from, Guid to, DateTimeOffset? asOf, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        var ends = await db.Entities.AsNoTracking().Where(e => (e.Id == from || e.Id == to) && e.RemovedAt == null).ToDictionaryAsync(e => e.Id, cancel);
        if (!ends.TryGetValue(from, out var first) || !ends.TryGetValue(to, out var last))
            return Refusal.NotFound("entity");
        var (there, back) = (new Side(NodeOf(first)), new Side(NodeOf(last)));
        var at = asOf ?? clock.GetUtcNow();
        var cut = false;
        var meeting = from == to ? from : (Guid?)null;
        for (var step = 0; meeting is null && step < Longest; step++)
        {
            // The smaller rim grows: it asks for less.
            var (grows, other) = there.Rim.Count <= back.Rim.Count ? (there, back) : (back, there);
            if (grows.Rim.Count == 0)
                break;
            var hops = await RelationGraph.Around(db, grows.Rim, at, MostHops + 1, cancel);
            cut |= hops.Count > MostHops;
            meeting = grows.Grow(hops.Take(MostHops), other);
        }
        return meeting is { } met ? PathOver(there, back, met) : new EntityPath([], [], cut);
    }

    private static EntityPath PathOver(Side there, Side back, Guid met)
    {
        var (nodes, edges) = there.To(met);
        nodes.Reverse();
        edges.Reverse();
        var (rest, restEdges) = back.To(met);
        nodes.AddRange(rest.Skip(1));
        edges.AddRange(restEdges);
        return new EntityPath([.. nodes.Select((n, i) => n with { Depth = i })], edges, Cut: false);
    }

    private static GraphNode NodeOf(Entity e) => new(e.Id, e.Type, e.Name, e.Key, 0);

    /// <summary>What was reached from one end, each with the step that led there.</summary>
    private sealed class Side(GraphNode end)
    {
        private readonly Dictionary<Guid, (GraphNode Node, GraphEdge? Edge, Guid? Before)> _reached = new() { [end.Id] = (end, null, null) };

        public List<Guid> Rim { get; private set; } = [end.Id];

        /// <summary>One step further; the entity where the two sides meet, if they do.</summary>
        public Guid? Grow(IEnumerable<Hop> hops, Side other)
        {
            List<Guid> rim = [];
            foreach (var hop in hops)
            {
                if (!_reached.TryAdd(hop.OtherId, (new GraphNode(hop.OtherId, hop.Type, hop.Name, hop.Key, 0), new GraphEdge(hop.RelationId, hop.FromId, hop.Kind, hop.ToId), hop.AtId)))
                    continue;
                if (other._reached.ContainsKey(hop.OtherId))
                    return hop.OtherId;
                rim.Add(hop.OtherId);
            }
            Rim = rim;
            return null;
        }

        /// <summary>The way from an entity back to this end.</summary>
        public (List<GraphNode> Nodes, List<GraphEdge> Edges) To(Guid id)
        {
            List<GraphNode> nodes = [];
            List<GraphEdge> edges = [];
            for (Guid? here = id; here is { } at; here = _reached[at].Before)
            {
                nodes.Add(_reached[at].Node);
                if (_reached[at].Edge is { } edge)
                    edges.Add(edge);
            }
            return (nodes, edges);
        }
    }
}
