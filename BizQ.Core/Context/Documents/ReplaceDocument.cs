using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>
/// Makes one document the new version of another. The old one answers until the new one is read; then it leaves search, and
/// what was known from it no longer counts as true. Both stay readable: runs have cited the old one.
/// </summary>
public sealed class ReplaceDocument(BizQDatabase database, TimeProvider clock)
{
    /// <param name="id">The new version, which is here already.</param>
    /// <param name="old">What it takes the place of.</param>
    public async Task<Outcome<Document>> Run(Actor actor, Guid id, Guid old, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        await using var db = database.Open(actor.WorkspaceId);
        var both = await db.Documents.ReadableBy(db, actor).Where(d => (d.Id == id || d.Id == old) && d.RemovedAt == null).ToListAsync(cancel);
        if (both.Find(d => d.Id == id) is not { } document || both.Find(d => d.Id == old) is not { } former)
            return Refusal.NotFound("document");
        if (document.Replaces == old)
            return document;
        if (await Link(db, document, former, cancel) is { } refusal)
            return refusal;
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (document.State == DocumentState.Ready)
            await Supersede(db, document, old, clock.GetUtcNow(), cancel);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return document;
    }

    /// <summary>Puts the new one in line behind the old one, with its access and its tags. Null when that can be.</summary>
    internal static async Task<Refusal?> Link(BizQDb db, Document document, Document former, CancellationToken cancel)
    {
        if (former.Id == document.Id || former.Replaces == document.Id || document.Replaces is not null || document.ReplacedBy is not null)
            return Refusal.Conflict("notANewVersion", $"{document.FileName} has a place among the versions of a document already. Upload the new version as a file of its own.");
        if (former.ReplacedBy is not null)
            return Refusal.Conflict("replacedAlready", $"“{former.Title}” was replaced by a newer version already. Open that one and replace it.");
        if (await db.Documents.AnyAsync(d => d.Replaces == former.Id && d.State == DocumentState.Reading && d.RemovedAt == null, cancel))
            return Refusal.Conflict("beingReplaced", $"Another new version of “{former.Title}” is being read. Wait until it is there.");
        (document.Replaces, document.FirstId, document.Edition) = (former.Id, former.FirstId ?? former.Id, former.Edition + 1);
        document.Access = former.Access;
        var (tags, readers) = (await db.DocumentTags.Where(t => t.DocumentId == document.Id).Select(t => t.Tag).ToListAsync(cancel), await db.DocumentReaders.Where(r => r.DocumentId == document.Id).ToListAsync(cancel));
        db.DocumentReaders.RemoveRange(readers);
        // A new version is as secret as the one before: whoever uploads it does not widen who reads it.
        var named = await db.DocumentReaders.AsNoTracking().Where(r => r.DocumentId == former.Id).Select(r => r.Reader).ToListAsync(cancel);
        foreach (var reader in named.Where(reader => !readers.Exists(r => r.Reader == reader)))
            db.DocumentReaders.Add(new DocumentReader { WorkspaceId = document.WorkspaceId, DocumentId = document.Id, Reader = reader });
        foreach (var reader in readers.Where(r => named.Contains(r.Reader)))
            db.Entry(reader).State = EntityState.Unchanged;
        foreach (var tag in await db.DocumentTags.AsNoTracking().Where(t => t.DocumentId == former.Id && !tags.Contains(t.Tag)).Select(t => t.Tag).ToListAsync(cancel))
            db.DocumentTags.Add(new DocumentTag { WorkspaceId = document.WorkspaceId, DocumentId = document.Id, Tag = tag });
        return null;
    }

    /// <summary>In the transaction in which the new one comes into search: at no moment both answer, and at none neither.</summary>
    internal static async Task Supersede(BizQDb db, Document document, Guid old, DateTimeOffset now, CancellationToken cancel)
    {
        if (await db.Documents.FirstOrDefaultAsync(d => d.Id == old, cancel) is not { ReplacedBy: null } former)
            return;
        (former.ReplacedBy, former.ReplacedAt) = (document.Id, now);
        await DocumentIndex.Drop(db, former, cancel);
        // What it said was true until now. Whoever reads the new one says what is true from here on.
        await db.Facts.Where(f => f.Source == SourceKind.Document && f.SourceId == old && f.SupersededBy == null && (f.ValidTo == null || f.ValidTo > now))
            .ExecuteUpdateAsync(set => set.SetProperty(f => f.ValidTo, now), cancel);
    }
}
