using BizQ.Core.Context.Parsing;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

public sealed record DocumentDetail(Document Document, IReadOnlyList<Passage> Passages);

public sealed record DocumentFile(string Name, string MediaType, byte[] Content);

/// <summary>One document: its passages in order, or the original as it was given.</summary>
public sealed class ReadDocument(BizQDatabase database, Archive archive)
{
    /// <summary>A page of Markdown larger than this is shown by its passages.</summary>
    private const int ShownBytes = 512 * 1024;

    /// <param name="removedToo">Also one that was removed: for the page, which offers to restore it.</param>
    public async Task<Outcome<DocumentDetail>> Run(Actor actor, Guid id, bool removedToo, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        if (await Find(db, id, removedToo, cancel) is not { } document)
            return Refusal.NotFound("document");
        return new DocumentDetail(document, await db.Passages.AsNoTracking().Where(p => p.DocumentId == id).OrderBy(p => p.Ordinal).ToListAsync(cancel));
    }

    public async Task<Outcome<DocumentFile>> Raw(Actor actor, Guid id, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        if (await Find(db, id, removedToo: true, cancel) is not { } document)
            return Refusal.NotFound("document");
        return await archive.Read(actor.WorkspaceId, document.ContentHash, cancel) is { } content
            ? new DocumentFile(document.FileName, document.MediaType, content)
            : new Refusal(RefusalKind.Unavailable, "archiveLost", $"The original of {document.Title} is not in the archive. What it says is still here, in its passages.");
    }

    /// <summary>The source of a Markdown document, to be rendered; null for other formats and very large ones.</summary>
    public async Task<string?> Markdown(Actor actor, Document document, CancellationToken cancel) =>
        document.MediaType == FileKinds.MediaTypeOf(FileKind.Markdown) && document.Size <= ShownBytes && actor.Can(Permission.View) && await archive.Read(actor.WorkspaceId, document.ContentHash, cancel) is { } content
            ? PlainText.Decode(content).Text
            : null;

    private static Task<Document?> Find(BizQDb db, Guid id, bool removedToo, CancellationToken cancel) =>
        db.Documents.AsNoTracking().FirstOrDefaultAsync(d => d.Id == id && (removedToo || d.RemovedAt == null), cancel);
}
