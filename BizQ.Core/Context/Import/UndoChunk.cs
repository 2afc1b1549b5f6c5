using BizQ.Core.Data;
using BizQ.Core.Triggers;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>Takes out some of what an import added and nobody has changed since, and counts them, in one transaction.</summary>
internal sealed class UndoChunk(BizQDatabase database, Ids ids, TimeProvider clock, TimeSpan lease)
{
    // Parameters of one query; SQLite takes 32,766.
    private const int Rows = 1_000;

    private Guid _after;

    public bool Ended { get; private set; }

    /// <summary>The import as it is after it; null when it is not ours any more.</summary>
    public async Task<EntityImport?> Run(EntityImport held, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(held.WorkspaceId);
        var import = await db.Imports.SingleAsync(i => i.Id == held.Id, cancel);
        if (import.Version != held.Version)
            return null;
        var entities = await Added(db, import).Where(e => e.Id > _after).OrderBy(e => e.Id).Take(Rows).ToListAsync(cancel);
        Ended = entities.Count < Rows;
        foreach (var entity in entities)
            entity.RemovedAt = entity.UpdatedAt = now;
        import.Removed += entities.Count;
        (import.WorkUntil, import.Attempts) = (now + lease, 0);
        var gone = entities.Select(e => e.Id).ToList();
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await db.SearchEntries.Where(s => gone.Contains(s.Id)).ExecuteDeleteAsync(cancel);
        await db.Insert([.. entities.Select(e => EntityVersion.Of(e, e.Version + 1, EntityStep.Removed, import.Actor, null, ids.New(), now))], cancel);
        await TellEvents.Changed(db, import.Actor, [.. entities.Select(e => (e, "removed"))], ids, now, cancel);
        try
        {
            await db.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Somebody changed one of them in this moment, and so it stays: the chunk is decided anew.
            Ended = false;
            return held;
        }
        _after = gone.Count > 0 ? gone[^1] : _after;
        return import;
    }

    /// <summary>Made by this import and as it left them.</summary>
    private static IQueryable<Entity> Added(BizQDb db, EntityImport import) => db.Entities.Where(e =>
        e.Type == import.Type && e.Version == 1 && e.RemovedAt == null && e.CreatedAt >= import.StartedAt
        && db.Facts.Any(f => f.EntityId == e.Id && f.SourceId == import.Id && f.InVersion == 1));
}
