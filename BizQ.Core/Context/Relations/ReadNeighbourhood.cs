using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <param name="Depth">Steps from the entity asked about, which is at 0.</param>
public sealed record GraphNode(Guid Id, string Type, string Name, string? Key, int Depth);

public sealed record GraphEdge(Guid Id, Guid FromId, string Kind, Guid ToId);

/// <param name="Cut">There is more than was taken.</param>
public sealed record Neighbourhood(IReadOnlyList<GraphNode> Nodes, IReadOnlyList<GraphEdge> Edges, bool Cut);

/// <summary>What surrounds an entity, a few steps wide.</summary>
public sealed class ReadNeighbourhood(BizQDatabase database, TimeProvider clock)
{
    public const int Deepest = 3;

    /// <summary>More cannot be told apart in a picture.</summary>
    public const int MostNodes = 200;

    // A full picture has a few relations for each node; of what is between two nodes already seen, this many are looked at in a step.
    private const int MostHops = 4 * MostNodes;

    /// <param name="depth">1 to 3; 1 when it is left out.</param>
    public async Task<Outcome<Neighbourhood>> Run(Actor actor, Guid id, int? depth, DateTimeOffset? asOf, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        if (depth is < 1 or > Deepest)
            return Refusal.Invalid("badDepth", $"depth is 1, 2 or {Deepest}: that many steps around the entity are shown.");
        await using var db = database.Open(actor.WorkspaceId);
        var at = asOf ?? clock.GetUtcNow();
        if (await db.Entities.AsNoTracking().FirstOrDefaultAsync(e => e.Id == id && e.RemovedAt == null, cancel) is not { } centre)
            return Refusal.NotFound("entity");
        Dictionary<Guid, GraphNode> nodes = new() { [id] = new GraphNode(id, centre.Type, centre.Name, centre.Key, 0) };
        Dictionary<Guid, GraphEdge> edges = [];
        var cut = false;
        List<Guid> rim = [id];
        for (var step = 1; step <= (depth ?? 1) && rim.Count > 0; step++)
        {
            var hops = await RelationGraph.Around(db, rim, at, MostHops + 1, cancel);
            cut |= hops.Count > MostHops;
            rim = [];
            foreach (var hop in hops.Take(MostHops))
            {
                if (!nodes.ContainsKey(hop.OtherId))
                {
                    if (nodes.Count == MostNodes)
                    {
                        cut = true;
                        continue;
                    }
                    nodes[hop.OtherId] = new GraphNode(hop.OtherId, hop.Type, hop.Name, hop.Key, step);
                    rim.Add(hop.OtherId);
                }
                edges.TryAdd(hop.RelationId, new GraphEdge(hop.RelationId, hop.FromId, hop.Kind, hop.ToId));
            }
        }
        return new Neighbourhood([.. nodes.Values], [.. edges.Values], cut);
    }
}
