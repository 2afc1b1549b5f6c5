using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

#pragma warning disable CA1304, CA1311 // ToLower becomes SQL's lower(), which knows no culture.

namespace BizQ.Core.Context;

/// <param name="Text">Must be in the title or the file's name; what documents say is SearchContext's work.</param>
/// <param name="MediaType">Only of this format.</param>
/// <param name="Tag">Only with this tag.</param>
public sealed record DocumentFilter(string? Text = null, string? MediaType = null, string? Tag = null, DocumentState? State = null, int? Limit = null, string? Cursor = null);

/// <summary>The documents the business gave us, newest first. Removed ones and old versions are not listed.</summary>
public sealed class ListDocuments(BizQDatabase database)
{
    public async Task<Outcome<Page<Document>>> Run(Actor actor, DocumentFilter filter, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        var documents = db.Documents.AsNoTracking().ReadableBy(db, actor).Where(d => d.RemovedAt == null && d.ReplacedBy == null);
        if (!string.IsNullOrWhiteSpace(filter.Text))
        {
            var like = Like(filter.Text);
            documents = documents.Where(d => EF.Functions.Like(d.Title.ToLower(), like, @"\") || EF.Functions.Like(d.FileName.ToLower(), like, @"\"));
        }
        if (filter.MediaType is { Length: > 0 } media)
            documents = documents.Where(d => d.MediaType == media);
        if (filter.Tag is { Length: > 0 } given && Tags.Normal(given) is var tag)
            documents = documents.Where(d => db.DocumentTags.Any(t => t.DocumentId == d.Id && t.Tag == tag));
        if (filter.State is { } state)
            documents = documents.Where(d => d.State == state);
        if (filter.Cursor is { Length: > 0 } cursor)
        {
            if (!Guid.TryParse(cursor, out var after))
                return Refusal.Invalid("badCursor", "This cursor is not one that a list gave. Start again without it.");
            documents = documents.Where(d => d.Id < after);
        }
        var size = Page<Document>.Size(filter.Limit);
        var items = await documents.OrderByDescending(d => d.Id).Take(size + 1).ToListAsync(cancel);
        return new Page<Document>([.. items.Take(size)], items.Count > size ? items[size - 1].Id.ToString() : null);
    }

    /// <summary>The tags of these documents.</summary>
    public async Task<ILookup<Guid, string>> TagsOf(Actor actor, IEnumerable<Guid> documents, CancellationToken cancel)
    {
        var ids = documents.ToList();
        await using var db = database.Open(actor.WorkspaceId);
        var readable = db.Documents.ReadableBy(db, actor);
        var tags = await db.DocumentTags.Where(t => ids.Contains(t.DocumentId) && readable.Any(d => d.Id == t.DocumentId)).OrderBy(t => t.Tag).Select(t => new { t.DocumentId, t.Tag }).ToListAsync(cancel);
        return tags.ToLookup(t => t.DocumentId, t => t.Tag);
    }

    /// <summary>The tags in use on documents this person may read, the commonest first.</summary>
    public async Task<IReadOnlyList<string>> AllTags(Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.View))
            return [];
        await using var db = database.Open(actor.WorkspaceId);
        var readable = db.Documents.ReadableBy(db, actor).Where(d => d.RemovedAt == null && d.ReplacedBy == null);
        return await db.DocumentTags.Where(t => readable.Any(d => d.Id == t.DocumentId)).GroupBy(t => t.Tag).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).Take(MostTags).Select(g => g.Key).ToListAsync(cancel);
    }

    // More are no help to choose from.
    private const int MostTags = 50;

    /// <summary>Contains, with the pattern's own signs taken literally.</summary>
    private static string Like(string text) =>
        $"%{text.Trim().ToLowerInvariant().Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%";
}
