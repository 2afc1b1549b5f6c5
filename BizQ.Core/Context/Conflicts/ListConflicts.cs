using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>A conflict with the two that disagree.</summary>
/// <param name="Believed">What is believed now; null when nothing is any more.</param>
public sealed record ConflictDetail(Conflict Conflict, Entity Entity, Fact? Believed);

/// <param name="EntityId">Only about this entity.</param>
/// <param name="Closed">Those that were decided, instead of the open ones.</param>
public sealed record ConflictFilter(Guid? EntityId = null, bool Closed = false, int? Limit = null, string? Cursor = null);

/// <summary>What sources disagree about, the latest first. A claim of a document that its reader may not read is not shown.</summary>
public sealed class ListConflicts(BizQDatabase database)
{
    public async Task<Outcome<Page<ConflictDetail>>> Run(Actor actor, ConflictFilter filter, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        Guid? after = null;
        if (filter.Cursor is { Length: > 0 } cursor)
        {
            if (!Guid.TryParse(cursor, out var last))
                return Refusal.Invalid("badCursor", "This cursor is not one that a list gave. Start again without it.");
            after = last;
        }
        await using var db = database.Open(actor.WorkspaceId);
        var size = Page<ConflictDetail>.Size(filter.Limit);
        var conflicts = await Shown(db, actor).Where(c => filter.Closed ? c.State != ConflictState.Open : c.State == ConflictState.Open)
            .Where(c => (filter.EntityId == null || c.EntityId == filter.EntityId) && (after == null || c.Id < after))
            .OrderByDescending(c => c.Id).Take(size + 1).ToListAsync(cancel);
        var items = await Details(db, actor, [.. conflicts.Take(size)], cancel);
        return new Page<ConflictDetail>(items, conflicts.Count > size ? conflicts[size - 1].Id.ToString() : null);
    }

    public async Task<Outcome<ConflictDetail>> Read(Actor actor, Guid id, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        var found = await Details(db, actor, await Shown(db, actor).Where(c => c.Id == id).ToListAsync(cancel), cancel);
        return found is [var one] ? one : Refusal.NotFound("conflict");
    }

    public async Task<Outcome<int>> Count(Actor actor, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        return await Shown(db, actor).CountAsync(c => c.State == ConflictState.Open, cancel);
    }

    /// <summary>Those whose claim the reader may see: of restricted documents only readers do.</summary>
    internal static IQueryable<Conflict> Shown(BizQDb db, Actor actor)
    {
        var readable = db.Documents.ReadableBy(db, actor);
        return db.Conflicts.AsNoTracking().Where(c => db.Entities.Any(e => e.Id == c.EntityId && e.RemovedAt == null)
            && (c.Source != SourceKind.Document || c.SourceId == null || readable.Any(d => d.Id == c.SourceId) || !db.Documents.Any(d => d.Id == c.SourceId)));
    }

    private static async Task<List<ConflictDetail>> Details(BizQDb db, Actor actor, List<Conflict> conflicts, CancellationToken cancel)
    {
        var ids = conflicts.Select(c => c.EntityId).Distinct().ToList();
        var entities = await db.Entities.AsNoTracking().Where(e => ids.Contains(e.Id)).ToListAsync(cancel);
        await Access.Cover(db, actor, entities, cancel);
        var facts = (await db.Facts.AsNoTracking().ReadableBy(db, actor).Where(f => ids.Contains(f.EntityId) && f.SupersededBy == null).ToListAsync(cancel)).ToLookup(f => (f.EntityId, f.Field));
        return [.. conflicts.Select(c => new ConflictDetail(c, entities.First(e => e.Id == c.EntityId), facts[(c.EntityId, c.Field)].FirstOrDefault()))];
    }
}
