using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>Gives an interview a document that is here: what it says is offered as answers, and held against what is known.</summary>
public sealed class GiveDocument(BizQDatabase database, Ids ids, TimeProvider clock)
{
    /// <summary>Documents of one interview that are listed with it.</summary>
    public const int MostShown = 20;

    public async Task<Outcome<Done>> Run(Actor actor, string interview, Guid documentId, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        if (ReadInterview.Find(interview) is null)
            return Refusal.NotFound("interview");
        await using var db = database.Open(actor.WorkspaceId);
        if (!await db.Documents.ReadableBy(db, actor).AnyAsync(d => d.Id == documentId && d.RemovedAt == null, cancel))
            return Refusal.NotFound("document");
        if (await db.InterviewDocuments.AnyAsync(p => p.Interview == interview && p.DocumentId == documentId, cancel))
            return new Done();
        db.Add(new InterviewDocument { Id = ids.New(), WorkspaceId = actor.WorkspaceId, Interview = interview, DocumentId = documentId, AddedAt = clock.GetUtcNow(), AddedByName = actor.Name });
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException problem) when (problem.IsLostRace())
        {
            // Given twice at once, it is given.
        }
        return new Done();
    }
}
