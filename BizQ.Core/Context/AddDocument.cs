using BizQ.Core.Context.Parsing;
using BizQ.Core.Data;
using BizQ.Core.Mail.Reading;
using BizQ.Core.Triggers;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <param name="MediaType">What the sender says it is; the content decides.</param>
/// <param name="Title">Null: the title the document gives itself, or its file name.</param>
public sealed record AddDocumentRequest(string FileName, string? MediaType, ReadOnlyMemory<byte> Content, string? Title, SourceKind Source, string SourceName);

/// <summary>Takes a document in: the original into the archive, its text as passages into search. The same content is kept once.</summary>
public sealed class AddDocument(BizQDatabase database, Archive archive, ReadFile files, Ids ids, TimeProvider clock)
{
    public const int TitleLength = 200;

    // Long names are cut in the middle of nowhere by some file systems; nobody reads further.
    private const int FileNameLength = 200;

    public async Task<Outcome<Document>> Run(Actor actor, AddDocumentRequest request, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        var fileName = FileNameOf(request.FileName);
        if (request.Content.Length > Archive.MostBytes)
            return TooLarge(fileName, request.Content.Length);
        var hash = Archive.HashOf(request.Content.Span);
        await using var db = database.Open(actor.WorkspaceId);
        if (await Known(db, hash, cancel) is { } known)
            return known;
        var read = await files.Of(fileName, request.MediaType, request.Content, cancel);
        if (read.Refusal is { } refusal)
            return refusal;
        await archive.Keep(actor.WorkspaceId, request.Content, fileName, cancel);
        var document = NewDocument(actor, request, fileName, hash, read.Value);
        var passages = Passages(document, read.Value.Blocks);
        document.PassageCount = passages.Count;
        try
        {
            return await Save(db, actor, document, passages, cancel);
        }
        catch (Exception problem) when (problem.IsLostRace())
        {
            // The same content was uploaded at the same moment; the one that won is the document.
            await using var again = database.Open(actor.WorkspaceId);
            return await Known(again, hash, cancel) ?? throw new InvalidOperationException("A document that was there a moment ago is gone.", problem);
        }
    }

    /// <summary>The one sentence for files over the limit, wherever it is noticed.</summary>
    public static Refusal TooLarge(string fileName, long? bytes) => Refusal.TooLarge("fileTooLarge",
        $"{fileName} {(bytes is { } size ? $"is {size / 1048576.0:0.#} MB" : "is too large")}; at most {Archive.MostBytes / 1048576} MB are taken. Split it, or upload only the part that matters.");

    /// <summary>The document with this content; one that was removed comes back, because somebody wants it again.</summary>
    private static async Task<Document?> Known(BizQDb db, string hash, CancellationToken cancel)
    {
        if (await db.Documents.FirstOrDefaultAsync(d => d.ContentHash == hash, cancel) is not { } known)
            return null;
        if (known.RemovedAt is not null)
            await RemoveDocument.PutBack(db, known, cancel);
        return known;
    }

    private async Task<Outcome<Document>> Save(BizQDb db, Actor actor, Document document, IReadOnlyList<Passage> passages, CancellationToken cancel)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        db.Documents.Add(document);
        await TellEvents.Arrived(db, actor, document, ids, clock.GetUtcNow(), cancel);
        await db.SaveChangesAsync(cancel);
        await db.Insert(passages, cancel);
        await db.Insert([.. passages.Select(p => DocumentIndex.EntryOf(document, p))], cancel);
        await transaction.CommitAsync(cancel);
        return document;
    }

    private Document NewDocument(Actor actor, AddDocumentRequest request, string fileName, string hash, ParsedDocument read) => new()
    {
        Id = ids.New(),
        WorkspaceId = actor.WorkspaceId,
        Title = TitleOf(request.Title, read.Title, fileName),
        FileName = fileName,
        MediaType = read.MediaType,
        ContentHash = hash,
        Size = request.Content.Length,
        PageCount = read.Pages,
        Note = read.Notes.Count == 0 ? null : string.Join(' ', read.Notes),
        Source = request.Source,
        SourceName = request.SourceName,
        CreatedAt = clock.GetUtcNow(),
    };

    private IReadOnlyList<Passage> Passages(Document document, IReadOnlyList<Block> blocks) => [.. PassageSplitter.Of(blocks).Select((cut, i) => new Passage
    {
        Id = ids.New(),
        WorkspaceId = document.WorkspaceId,
        DocumentId = document.Id,
        Ordinal = i,
        Heading = cut.Heading,
        PageNumber = cut.Page,
        Start = cut.Start,
        End = cut.End,
        Text = cut.Text,
    })];

    private static string FileNameOf(string given)
    {
        var name = CleanText.Line(Path.GetFileName(given.Replace('\\', '/')), int.MaxValue);
        if (name.Length > FileNameLength)
            name = name[..(FileNameLength - 10)] + Path.GetExtension(name) is { Length: <= FileNameLength } cut ? cut : name[..FileNameLength];
        return name.Length == 0 ? "document" : name;
    }

    private static string TitleOf(string? given, string? own, string fileName)
    {
        var title = new[] { given, own, Path.GetFileNameWithoutExtension(fileName), fileName }.Select(t => CleanText.Line(t, TitleLength)).First(t => t.Length > 0);
        return title.Length < TitleLength ? title : title[..(TitleLength - 1)] + "…";
    }
}
