using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

#pragma warning disable CA1304, CA1311 // ToLower becomes SQL's lower(), which knows no culture.

namespace BizQ.Core.Context;

/// <param name="Text">Must be in the title or the file's name; what documents say is SearchContext's work.</param>
/// <param name="MediaType">Only of this format.</param>
public sealed record DocumentFilter(string? Text = null, string? MediaType = null, int? Limit = null, string? Cursor = null);

/// <summary>The documents the business gave us, newest first. Removed ones are not listed.</summary>
public sealed class ListDocuments(BizQDatabase database)
{
    public async Task<Outcome<Page<Document>>> Run(Actor actor, DocumentFilter filter, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        var documents = db.Documents.AsNoTracking().Where(d => d.RemovedAt == null);
        if (!string.IsNullOrWhiteSpace(filter.Text))
        {
            var like = Like(filter.Text);
            documents = documents.Where(d => EF.Functions.Like(d.Title.ToLower(), like, @"\") || EF.Functions.Like(d.FileName.ToLower(), like, @"\"));
        }
        if (filter.MediaType is { Length: > 0 } media)
            documents = documents.Where(d => d.MediaType == media);
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

    /// <summary>Contains, with the pattern's own signs taken literally.</summary>
    private static string Like(string text) =>
        $"%{text.Trim().ToLowerInvariant().Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%";
}
