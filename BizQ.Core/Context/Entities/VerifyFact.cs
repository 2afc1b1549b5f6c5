using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>A person says that a fact is so. What it says does not change, only who stands for it.</summary>
public sealed class VerifyFact(BizQDatabase database, TimeProvider clock)
{
    public async Task<Outcome<Fact>> Run(Actor actor, Guid factId, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Facts.FirstOrDefaultAsync(f => f.Id == factId, cancel) is not { } fact)
            return Refusal.NotFound("fact");
        if (fact.SupersededBy is not null)
            return Refusal.Conflict("superseded", "A newer fact has taken this one's place since you opened the page. Load it again and verify what is known now.");
        var now = clock.GetUtcNow();
        // Vouched for anew it is fresh again; within a day that says nothing new.
        if (fact.VerifiedAt is not { } before || now - before >= EntityChange.RestatedAfter)
        {
            Mark(fact, actor, now);
            db.Tell(new(fact.WorkspaceId, "context", fact.EntityId));
            await db.SaveChangesAsync(cancel);
        }
        return fact;
    }

    internal static void Mark(Fact fact, Actor actor, DateTimeOffset now) =>
        (fact.VerifiedBy, fact.VerifierName, fact.VerifiedAt) = (actor.Id, actor.Name, now);
}
