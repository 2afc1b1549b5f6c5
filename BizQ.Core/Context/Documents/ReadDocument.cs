using BizQ.Core.Context.Parsing;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <param name="Passages">A page of them, in order.</param>
/// <param name="Next">Where the next page of them starts; null at the end.</param>
public sealed record DocumentDetail(Document Document, IReadOnlyList<Passage> Passages, int? Next);

/// <summary>Which of a document's passages are wanted.</summary>
/// <param name="From">The ordinal of the first.</param>
public sealed record PassageRange(int From = 0, int? Limit = null);

/// <summary>A heading, and the first passage under it.</summary>
public sealed record Heading(string Text, Guid PassageId, int Ordinal);

public sealed record DocumentFile(string Name, string MediaType, byte[] Content);

/// <summary>One document: its passages in order, or the original as it was given.</summary>
public sealed class ReadDocument(BizQDatabase database, Archive archive)
{
    /// <summary>A page of Markdown larger than this is shown by its passages.</summary>
    private const int ShownBytes = 512 * 1024;

    /// <summary>Passages read at once unless a limit says otherwise: a chapter or two.</summary>
    public const int PassagePage = 60;

    private const int MostPassages = 200;

    // Longer contents are no help.
    private const int MostHeadings = 80;

    private const int MostVersions = 100;

    /// <param name="removedToo">Also one that was removed: for the page, which offers to restore it.</param>
    public Task<Outcome<DocumentDetail>> Run(Actor actor, Guid id, bool removedToo, CancellationToken cancel) => Run(actor, id, removedToo, new PassageRange(), cancel);

    /// <inheritdoc cref="Run(Actor, Guid, bool, CancellationToken)"/>
    public async Task<Outcome<DocumentDetail>> Run(Actor actor, Guid id, bool removedToo, PassageRange range, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        if (await Find(db, actor, id, removedToo, cancel) is not { } document)
            return Refusal.NotFound("document");
        var size = Math.Clamp(range.Limit ?? PassagePage, 1, MostPassages);
        var passages = await db.Passages.AsNoTracking().Where(p => p.DocumentId == id && p.Ordinal >= range.From).OrderBy(p => p.Ordinal).Take(size).ToListAsync(cancel);
        return new DocumentDetail(document, passages, passages.Count > 0 && passages[^1].Ordinal + 1 < document.PassageCount ? passages[^1].Ordinal + 1 : null);
    }

    /// <summary>Where a passage stands, or the first one of a page; null when there is none such.</summary>
    public async Task<int?> Place(Actor actor, Guid id, Guid? passage, int? page, CancellationToken cancel)
    {
        await using var db = database.Open(actor.WorkspaceId);
        return actor.Can(Permission.View)
            ? await db.Passages.ReadableBy(db, actor).Where(p => p.DocumentId == id && (passage != null ? p.Id == passage : p.PageNumber >= page)).OrderBy(p => p.Ordinal).Select(p => (int?)p.Ordinal).FirstOrDefaultAsync(cancel)
            : null;
    }

    /// <summary>The document's contents: its first headings.</summary>
    public async Task<IReadOnlyList<Heading>> Contents(Actor actor, Guid id, CancellationToken cancel)
    {
        if (!actor.Can(Permission.View))
            return [];
        await using var db = database.Open(actor.WorkspaceId);
        var firsts = await db.Passages.ReadableBy(db, actor).Where(p => p.DocumentId == id && p.Heading != null).GroupBy(p => p.Heading!)
            .Select(g => g.Min(p => p.Ordinal)).OrderBy(ordinal => ordinal).Take(MostHeadings).ToListAsync(cancel);
        return await db.Passages.Where(p => p.DocumentId == id && firsts.Contains(p.Ordinal)).OrderBy(p => p.Ordinal).Select(p => new Heading(p.Heading!, p.Id, p.Ordinal)).ToListAsync(cancel);
    }

    /// <summary>All versions of a document, the newest first.</summary>
    public async Task<IReadOnlyList<Document>> Versions(Actor actor, Document document, CancellationToken cancel)
    {
        if (!actor.Can(Permission.View))
            return [];
        var first = document.FirstId ?? document.Id;
        await using var db = database.Open(actor.WorkspaceId);
        return await db.Documents.AsNoTracking().ReadableBy(db, actor).Where(d => d.Id == first || d.FirstId == first).OrderByDescending(d => d.Edition).ThenByDescending(d => d.Id).Take(MostVersions).ToListAsync(cancel);
    }

    /// <summary>A document of the same name that is current: the one a new file of this name may be a new version of.</summary>
    public async Task<Document?> SameName(Actor actor, Document document, CancellationToken cancel)
    {
        if (!actor.Can(Permission.View))
            return null;
        await using var db = database.Open(actor.WorkspaceId);
        return await db.Documents.AsNoTracking().ReadableBy(db, actor)
            .Where(d => d.FileName == document.FileName && d.Id < document.Id && d.RemovedAt == null && d.ReplacedBy == null && d.State == DocumentState.Ready)
            .OrderByDescending(d => d.Id).FirstOrDefaultAsync(cancel);
    }

    public async Task<Outcome<DocumentFile>> Raw(Actor actor, Guid id, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        if (await Find(db, actor, id, removedToo: true, cancel) is not { } document)
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

    private static Task<Document?> Find(BizQDb db, Actor actor, Guid id, bool removedToo, CancellationToken cancel) =>
        db.Documents.AsNoTracking().ReadableBy(db, actor).FirstOrDefaultAsync(d => d.Id == id && (removedToo || d.RemovedAt == null), cancel);
}
