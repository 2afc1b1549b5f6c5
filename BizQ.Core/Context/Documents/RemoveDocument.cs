using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>Takes a document out of search and lists, or puts it back. Its passages and the original stay: runs have cited them.</summary>
public sealed class RemoveDocument(BizQDatabase database, TimeProvider clock)
{
    public async Task<Outcome<Document>> Run(Actor actor, Guid id, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Documents.ReadableBy(db, actor).FirstOrDefaultAsync(d => d.Id == id && d.RemovedAt == null, cancel) is not { } document)
            return Refusal.NotFound("document");
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        document.RemovedAt = clock.GetUtcNow();
        await db.SaveChangesAsync(cancel);
        await DocumentIndex.Drop(db, document, cancel);
        await transaction.CommitAsync(cancel);
        return document;
    }

    /// <summary>One that is there already is answered as it is.</summary>
    public async Task<Outcome<Document>> Restore(Actor actor, Guid id, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Documents.ReadableBy(db, actor).FirstOrDefaultAsync(d => d.Id == id, cancel) is not { } document)
            return Refusal.NotFound("document");
        if (document.RemovedAt is not null)
            await PutBack(db, document, cancel);
        return document;
    }

    internal static async Task PutBack(BizQDb db, Document document, CancellationToken cancel)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        document.RemovedAt = null;
        await db.SaveChangesAsync(cancel);
        // An old version stays out of search; the one after it answers.
        if (document.ReplacedBy is null)
            await DocumentIndex.Put(db, document, cancel);
        await transaction.CommitAsync(cancel);
    }
}
