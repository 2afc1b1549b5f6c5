using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <param name="Facts">What is known now, in the order of the entity's fields.</param>
public sealed record EntityDetail(Entity Entity, IReadOnlyList<Fact> Facts);

/// <summary>One entity with the facts it adds up to.</summary>
public sealed class ReadEntity(BizQDatabase database)
{
    /// <param name="removedToo">Also one that was removed: for the page, which offers to restore it.</param>
    public async Task<Outcome<EntityDetail>> Run(Actor actor, Guid id, bool removedToo, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Entities.AsNoTracking().FirstOrDefaultAsync(e => e.Id == id && (removedToo || e.RemovedAt == null), cancel) is not { } entity)
            return Refusal.NotFound("entity");
        var facts = await db.Facts.AsNoTracking().ReadableBy(db, actor).Where(f => f.EntityId == id && f.SupersededBy == null).ToListAsync(cancel);
        await Access.Cover(db, actor, [entity], cancel);
        var fields = entity.Data.EnumerateObject().Select(p => p.Name).ToList();
        return new EntityDetail(entity, [.. facts.Where(f => fields.Contains(f.Field)).OrderBy(f => fields.IndexOf(f.Field))]);
    }

    /// <summary>What was believed of it at a moment.</summary>
    public async Task<Outcome<EntityDetail>> At(Actor actor, Guid id, DateTimeOffset moment, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        return await db.Entities.AsNoTracking().Where(e => e.Id == id).ThereAt(db, moment).FirstOrDefaultAsync(cancel) is { } entity
            ? (await FactsAt.Of(db, actor, [entity], moment, cancel))[0]
            : Refusal.NotFound("entity");
    }
}
