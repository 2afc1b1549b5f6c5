using BizQ.Core.Context.Parsing;
using BizQ.Core.Data;
using BizQ.Core.Mail.Reading;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <param name="MediaType">What the sender says it is; the content decides.</param>
/// <param name="Title">Null: the title the document gives itself, or its file name.</param>
public sealed record AddDocumentRequest(string FileName, string? MediaType, ReadOnlyMemory<byte> Content, string? Title, SourceKind Source, string SourceName)
{
    /// <summary>The document of which this is a new version.</summary>
    public Guid? Replaces { get; init; }

    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Null: everyone in the workspace, or whoever may read the version before.</summary>
    public AccessGiven? Access { get; init; }
}

/// <summary>
/// Takes a document in: the original into the archive, and a row that says it is to be read. Reading it is
/// <see cref="ReadAccepted"/>'s work, later and elsewhere. The same content is kept once.
/// </summary>
public sealed class AddDocument(BizQDatabase database, Archive archive, Ids ids, TimeProvider clock)
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
        var kind = ReadFile.Kind(fileName, request.MediaType, request.Content);
        if (kind.Refusal is { } notRead)
            return notRead;
        var hash = Archive.HashOf(request.Content.Span);
        await using var db = database.Open(actor.WorkspaceId);
        if (await Known(db, actor, request, hash, cancel) is { } known)
            return known;
        await archive.Keep(actor.WorkspaceId, request.Content, fileName, cancel);
        var document = NewDocument(actor, request, fileName, hash, kind.Value);
        try
        {
            return await Save(db, actor, document, request, cancel) is { } refusal ? refusal : document;
        }
        catch (Exception problem) when (problem.IsLostRace())
        {
            // The same content was uploaded at the same moment; the one that won is the document.
            await using var again = database.Open(actor.WorkspaceId);
            return await Known(again, actor, request, hash, cancel) ?? throw new InvalidOperationException("A document that was there a moment ago is gone.", problem);
        }
    }

    /// <summary>The one sentence for files over the limit, wherever it is noticed.</summary>
    public static Refusal TooLarge(string fileName, long? bytes) => Refusal.TooLarge("fileTooLarge",
        $"{fileName} {(bytes is { } size ? $"is {size / 1048576.0:0.#} MB" : "is too large")}; at most {Archive.MostBytes / 1048576} MB are taken. Split it, or upload only the part that matters.");

    /// <summary>
    /// The document with this content; one that was removed comes back, because somebody wants it again, and one that could not
    /// be read is tried again, because something may have been installed since. Null when there is none.
    /// </summary>
    private static async Task<Outcome<Document>?> Known(BizQDb db, Actor actor, AddDocumentRequest request, string hash, CancellationToken cancel)
    {
        if (await db.Documents.FirstOrDefaultAsync(d => d.ContentHash == hash, cancel) is not { } known)
            return null;
        if (!await db.Documents.ReadableBy(db, actor).AnyAsync(d => d.Id == known.Id, cancel))
            return Refusal.Conflict("hereAlready", "The same content is here already, and is not for you to read. Ask who owns the workspace for access to it.");
        if (request.Replaces is { } old && known.Replaces != old)
            return Refusal.Conflict("sameContent", $"This is word for word “{known.Title}”, which is here already; as a new version it would change nothing.");
        if (known.RemovedAt is not null)
            await RemoveDocument.PutBack(db, known, cancel);
        if (known.State == DocumentState.Refused)
        {
            (known.State, known.ReadAttempts, known.RefusalCode, known.RefusalMessage) = (DocumentState.Reading, 0, null, null);
            await db.SaveChangesAsync(cancel);
        }
        return known;
    }

    private static async Task<Refusal?> Save(BizQDb db, Actor actor, Document document, AddDocumentRequest request, CancellationToken cancel)
    {
        if (request.Replaces is { } old)
        {
            if (await db.Documents.ReadableBy(db, actor).FirstOrDefaultAsync(d => d.Id == old && d.RemovedAt == null, cancel) is not { } former)
                return Refusal.NotFound("document");
            if (await ReplaceDocument.Link(db, document, former, cancel) is { } notNew)
                return notNew;
        }
        if (request.Tags is { } tags && await ChangeDocument.SetTags(db, document, tags, cancel) is { } badTags)
            return badTags;
        if (request.Access is { } access && await ChangeDocument.SetAccess(db, actor, document, access, cancel) is { } badAccess)
            return badAccess;
        db.Documents.Add(document);
        await db.SaveChangesAsync(cancel);
        return null;
    }

    private Document NewDocument(Actor actor, AddDocumentRequest request, string fileName, string hash, string mediaType) => new()
    {
        Id = ids.New(),
        WorkspaceId = actor.WorkspaceId,
        Title = TitleOf(request.Title, null, fileName),
        FileName = fileName,
        MediaType = mediaType,
        ContentHash = hash,
        Size = request.Content.Length,
        Source = request.Source,
        SourceName = request.SourceName,
        CreatedAt = clock.GetUtcNow(),
        State = DocumentState.Reading,
    };

    internal static string FileNameOf(string given)
    {
        var name = CleanText.Line(Path.GetFileName(given.Replace('\\', '/')), int.MaxValue);
        if (name.Length > FileNameLength)
            name = name[..(FileNameLength - 10)] + Path.GetExtension(name) is { Length: <= FileNameLength } cut ? cut : name[..FileNameLength];
        return name.Length == 0 ? "document" : name;
    }

    internal static string TitleOf(string? given, string? own, string fileName)
    {
        var title = new[] { given, own, Path.GetFileNameWithoutExtension(fileName), fileName }.Select(t => CleanText.Line(t, TitleLength)).First(t => t.Length > 0);
        return title.Length < TitleLength ? title : title[..(TitleLength - 1)] + "…";
    }
}
