using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>One relation and the entity at its other end.</summary>
/// <param name="Outgoing">The relation leads from the entity asked about to <paramref name="OtherId"/>.</param>
public sealed record Hop(Guid RelationId, Guid FromId, string Kind, Guid ToId, bool Outgoing, Guid OtherId, string Type, string Name, string? Key)
{
    /// <summary>The entity asked about.</summary>
    public Guid AtId => Outgoing ? FromId : ToId;
}

/// <summary>The relations as a graph. Entities that were removed are not in it.</summary>
internal static class RelationGraph
{
    /// <summary>Those that were believed and held at a moment.</summary>
    public static IQueryable<Relation> HeldAt(this IQueryable<Relation> relations, DateTimeOffset at) => relations.Where(r =>
        r.RecordedAt <= at && (r.EndedAt == null || r.EndedAt > at) && (r.ValidFrom == null || r.ValidFrom <= at) && (r.ValidTo == null || r.ValidTo > at));

    /// <summary>The relations of some entities, in both directions, oldest first, in one query. One between two of them comes twice, once from each end.</summary>
    public static async Task<List<Hop>> Around(BizQDb db, IReadOnlyCollection<Guid> entities, DateTimeOffset at, int most, CancellationToken cancel)
    {
        var held = db.Relations.AsNoTracking().HeldAt(at);
        var there = db.Entities.AsNoTracking().Where(e => e.RemovedAt == null);
        var hops = await held.Where(r => entities.Contains(r.FromId))
            .Join(there, r => r.ToId, e => e.Id, (r, e) => new { r.Id, r.FromId, r.Kind, r.ToId, Outgoing = true, Other = e.Id, e.Type, e.Name, e.Key })
            .Concat(held.Where(r => entities.Contains(r.ToId))
                .Join(there, r => r.FromId, e => e.Id, (r, e) => new { r.Id, r.FromId, r.Kind, r.ToId, Outgoing = false, Other = e.Id, e.Type, e.Name, e.Key }))
            .OrderBy(h => h.Id).ThenBy(h => h.Outgoing).Take(most).ToListAsync(cancel);
        return [.. hops.Select(h => new Hop(h.Id, h.FromId, h.Kind, h.ToId, h.Outgoing, h.Other, h.Type, h.Name, h.Key))];
    }
}
