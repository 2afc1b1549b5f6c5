using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>The passages of a document in search.</summary>
internal static class DocumentIndex
{
    public const string Type = "document";

    public static SearchEntry EntryOf(Document document, Passage passage) => new()
    {
        Id = passage.Id,
        WorkspaceId = document.WorkspaceId,
        Kind = SearchKind.Passage,
        OwnerId = document.Id,
        Type = Type,
        Title = TitleOf(document, passage.Heading),
        Text = passage.Text,
        ObservedAt = document.CreatedAt,
    };

    public static async Task Put(BizQDb db, Document document, CancellationToken cancel)
    {
        var passages = await db.Passages.AsNoTracking().Where(p => p.DocumentId == document.Id).ToListAsync(cancel);
        await db.Insert([.. passages.Select(p => EntryOf(document, p))], cancel);
    }

    public static Task Drop(BizQDb db, Document document, CancellationToken cancel) =>
        db.SearchEntries.Where(s => s.OwnerId == document.Id).ExecuteDeleteAsync(cancel);

    /// <summary>What a passage is found and shown under.</summary>
    private static string TitleOf(Document document, string? heading) =>
        heading is null || heading == document.Title ? document.Title
        : heading.StartsWith($"{document.Title} › ", StringComparison.Ordinal) ? heading
        : $"{document.Title} › {heading}";
}
