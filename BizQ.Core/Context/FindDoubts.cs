using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>What is doubtful about entities at the moment they are used: fields that are stale or expired, and fields that another source contradicts.</summary>
public sealed class FindDoubts(BizQDatabase database, TimeProvider clock)
{
    public async Task<Outcome<IReadOnlyDictionary<Guid, IReadOnlyList<Doubt>>>> Run(Actor actor, IReadOnlyCollection<Guid> entities, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        if (entities.Count == 0)
            return new Dictionary<Guid, IReadOnlyList<Doubt>>();
        await using var db = database.Open(actor.WorkspaceId);
        var now = clock.GetUtcNow();
        var catalogue = await EntityTypes.Catalogue(db, cancel);
        var facts = await (from fact in db.Facts.AsNoTracking().ReadableBy(db, actor)
                           join entity in db.Entities.AsNoTracking() on fact.EntityId equals entity.Id
                           where entities.Contains(fact.EntityId) && fact.SupersededBy == null
                           select new { fact, entity.Type }).ToListAsync(cancel);
        var stale = facts.Where(f => Freshness.Of(f.fact, catalogue.Of(f.Type), now).State is FreshnessState.Stale or FreshnessState.Expired).Select(f => (f.fact.EntityId, new Doubt(f.fact.Field, NeedState.Stale)));
        var disputed = await db.Conflicts.Where(c => entities.Contains(c.EntityId) && c.State == ConflictState.Open).Select(c => new { c.EntityId, c.Field }).Distinct().ToListAsync(cancel);
        return disputed.Select(d => (d.EntityId, new Doubt(d.Field, NeedState.Disputed))).Concat(stale)
            .GroupBy(d => d.Item1, d => d.Item2).ToDictionary(g => g.Key, g => (IReadOnlyList<Doubt>)[.. g]);
    }
}
