using BizQ.Core.Data;
using BizQ.Core.Triggers;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>Takes an entity out of lists and search, or puts it back. Its facts stay: runs have relied on them.</summary>
public sealed class RemoveEntity(BizQDatabase database, Ids ids, TimeProvider clock)
{
    /// <param name="expectedVersion">The version the person has seen; when another is there, it stays.</param>
    public async Task<Outcome<Entity>> Run(Actor actor, Guid id, int? expectedVersion, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Entities.FirstOrDefaultAsync(e => e.Id == id && e.RemovedAt == null, cancel) is not { } entity)
            return Refusal.NotFound("entity");
        if (expectedVersion is { } expected && expected != entity.Version)
            return Changed(entity);
        var now = clock.GetUtcNow();
        entity.RemovedAt = entity.UpdatedAt = now;
        db.EntityVersions.Add(EntityVersion.Of(entity, entity.Version + 1, EntityStep.Removed, actor, null, ids.New(), now));
        db.SearchEntries.RemoveRange(await db.SearchEntries.Where(s => s.Id == id).ToListAsync(cancel));
        await TellEvents.Changed(db, actor, [(entity, "removed")], ids, now, cancel);
        return await Save(db, actor, entity, cancel);
    }

    /// <summary>One that is there already is answered as it is.</summary>
    public async Task<Outcome<Entity>> Restore(Actor actor, Guid id, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Entities.FirstOrDefaultAsync(e => e.Id == id, cancel) is not { } entity)
            return Refusal.NotFound("entity");
        if (entity.RemovedAt is null)
        {
            await Access.Cover(db, actor, [entity], cancel);
            return entity;
        }
        var now = clock.GetUtcNow();
        (entity.RemovedAt, entity.UpdatedAt) = (null, now);
        db.EntityVersions.Add(EntityVersion.Of(entity, entity.Version + 1, EntityStep.Restored, actor, null, ids.New(), now));
        var facts = await db.Facts.AsNoTracking().Where(f => f.EntityId == id && f.SupersededBy == null).ToListAsync(cancel);
        var entry = EntityStore.EntryOf(entity);
        EntityStore.Index(entity, entry, EntityStore.ObservedAt(facts, entity));
        db.SearchEntries.Add(entry);
        await TellEvents.Changed(db, actor, [(entity, "added")], ids, now, cancel);
        return await Save(db, actor, entity, cancel);
    }

    private static async Task<Outcome<Entity>> Save(BizQDb db, Actor actor, Entity entity, CancellationToken cancel)
    {
        try
        {
            await db.SaveChangesAsync(cancel);
            await Access.Cover(db, actor, [entity], cancel);
            return entity;
        }
        catch (DbUpdateException problem) when (problem.IsLostRace())
        {
            return Changed(entity);
        }
    }

    private static Refusal Changed(Entity entity) =>
        Refusal.Stale("changedMeanwhile", $"{entity.Name} has changed since you opened it. Load it again and repeat your change.");
}
