using BizQ.Core.Context.Parsing;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <param name="MediaType">What the sender says it is; the content decides.</param>
/// <param name="Title">Null: the title the document gives itself, or its file name.</param>
public sealed record AddDocumentRequest(string FileName, string? MediaType, ReadOnlyMemory<byte> Content, string? Title, SourceKind Source, string SourceName);

/// <summary>Takes a document in: the original into the archive, its text as passages into search. The same content is kept once.</summary>
public sealed class AddDocument(BizQDatabase database, Archive archive, Ids ids, TimeProvider clock)
{
    public const int TitleLength = 200;

    public async Task<Outcome<Document>> Run(Actor actor, AddDocumentRequest request, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        var fileName = Path.GetFileName(request.FileName.Replace('\\', '/')) is { Length: > 0 } name ? name : "document";
        if (request.Content.Length > Archive.MostBytes)
            return Refusal.TooLarge("fileTooLarge", $"{fileName} is {request.Content.Length / (1024 * 1024)} MB; at most {Archive.MostBytes / (1024 * 1024)} MB are taken. Split it, or upload only the part that matters.");
        await using var db = database.Open(actor.WorkspaceId);
        var hash = Archive.HashOf(request.Content.Span);
        if (await db.Documents.AsNoTracking().FirstOrDefaultAsync(d => d.ContentHash == hash, cancel) is { } known)
            return known;
        var read = ReadFile.Run(fileName, request.Content, cancel);
        if (read.Refusal is { } refusal)
            return refusal;
        archive.Keep(actor.WorkspaceId, request.Content, fileName);
        var document = Add(db, actor, request, fileName, hash, read.Value);
        try
        {
            await db.SaveChangesAsync(cancel);
            return document;
        }
        catch (DbUpdateException problem) when (problem.IsUniqueViolation())
        {
            // The same content was uploaded at the same moment; the one that won is the document.
            await using var again = database.Open(actor.WorkspaceId);
            return await again.Documents.AsNoTracking().FirstAsync(d => d.ContentHash == hash, cancel);
        }
    }

    private Document Add(BizQDb db, Actor actor, AddDocumentRequest request, string fileName, string hash, ParsedDocument read)
    {
        var cuts = PassageSplitter.Of(read.Blocks);
        var now = clock.GetUtcNow();
        var document = new Document
        {
            Id = ids.New(),
            WorkspaceId = actor.WorkspaceId,
            Title = TitleOf(request.Title, read.Title, fileName),
            FileName = fileName,
            MediaType = read.MediaType,
            ContentHash = hash,
            Size = request.Content.Length,
            PassageCount = cuts.Count,
            Source = request.Source,
            SourceName = request.SourceName,
            CreatedAt = now,
        };
        db.Documents.Add(document);
        for (var i = 0; i < cuts.Count; i++)
            AddPassage(db, document, i, cuts[i], now);
        return document;
    }

    private void AddPassage(BizQDb db, Document document, int ordinal, Cut cut, DateTimeOffset now)
    {
        var passage = new Passage
        {
            Id = ids.New(),
            WorkspaceId = document.WorkspaceId,
            DocumentId = document.Id,
            Ordinal = ordinal,
            Heading = cut.Heading,
            PageNumber = cut.Page,
            Start = cut.Start,
            End = cut.End,
            Text = cut.Text,
        };
        db.Passages.Add(passage);
        db.SearchEntries.Add(new SearchEntry
        {
            Id = passage.Id,
            WorkspaceId = document.WorkspaceId,
            Kind = SearchKind.Passage,
            OwnerId = document.Id,
            Type = "document",
            Title = TitleOf(document, cut.Heading),
            Text = cut.Text,
            ObservedAt = now,
        });
    }

    /// <summary>What a passage is found and shown under.</summary>
    internal static string TitleOf(Document document, string? heading) => heading is null ? document.Title : $"{document.Title} › {heading}";

    private static string TitleOf(string? given, string? own, string fileName)
    {
        var title = new[] { given, own, Path.GetFileNameWithoutExtension(fileName) }.First(t => !string.IsNullOrWhiteSpace(t))!.Trim();
        return title.Length <= TitleLength ? title : title[..(TitleLength - 1)] + "…";
    }
}
