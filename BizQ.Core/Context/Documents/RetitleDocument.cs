using BizQ.Core.Data;
using BizQ.Core.Mail.Reading;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>Gives a document another title, and its passages in search with it. What it says never changes.</summary>
public sealed class RetitleDocument(BizQDatabase database)
{
    /// <param name="expectedVersion">The version the person has seen; when another is there, the change is refused.</param>
    public async Task<Outcome<Document>> Run(Actor actor, Guid id, string title, int? expectedVersion, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        var clean = CleanText.Line(title, AddDocument.TitleLength + 1);
        if (clean.Length is 0 or > AddDocument.TitleLength)
            return Refusal.Invalid("badTitle", $"A title has 1 to {AddDocument.TitleLength} characters.", new Problem("/title", $"1 to {AddDocument.TitleLength} characters."));
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Documents.ReadableBy(db, actor).FirstOrDefaultAsync(d => d.Id == id && d.RemovedAt == null, cancel) is not { } document)
            return Refusal.NotFound("document");
        if (expectedVersion is { } expected && expected != document.Version)
            return Changed(document.Title);
        if (document.Title == clean)
            return document;
        try
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            document.Title = clean;
            await db.SaveChangesAsync(cancel);
            if (document.ReplacedBy is null)
            {
                await DocumentIndex.Drop(db, document, cancel);
                await DocumentIndex.Put(db, document, cancel);
            }
            await transaction.CommitAsync(cancel);
            return document;
        }
        catch (DbUpdateConcurrencyException)
        {
            return Changed(document.Title);
        }
    }

    internal static Refusal Changed(string title) =>
        Refusal.Stale("changedMeanwhile", $"Somebody else changed “{title}” since you opened it. Load it again and repeat your change.");
}
