using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <param name="OwnerId">A member of the workspace; null for nobody.</param>
public sealed record ChangeGapRequest(Guid? OwnerId, DateOnly? DueOn, bool Dismissed);

/// <summary>Who sees to a gap and until when; or that it need not be filled.</summary>
public sealed class ChangeGap(BizQDatabase database, ListGaps gaps, TimeProvider clock)
{
    public async Task<Outcome<GapDetail>> Run(Actor actor, Guid id, ChangeGapRequest request, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Gaps.FirstOrDefaultAsync(g => g.Id == id, cancel) is not { } gap)
            return Refusal.NotFound("gap");
        var owner = await Colleague.Find(db, request.OwnerId, cancel);
        if (owner is null && request.OwnerId is not null)
            return Colleague.NoMember;
        (gap.OwnerId, gap.OwnerName, gap.DueOn) = (owner?.Id, owner?.Name, request.DueOn);
        if (request.Dismissed != (gap.State == GapState.Dismissed))
            (gap.State, gap.ClosedAt) = request.Dismissed ? (GapState.Dismissed, clock.GetUtcNow()) : (GapState.Open, (DateTimeOffset?)null);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (Exception problem) when (problem.IsLostRace())
        {
            return Refusal.Stale("changedMeanwhile", "Somebody else has changed this gap, or it was just missed again. Repeat your change.");
        }
        return await gaps.Read(actor, id, cancel);
    }
}

/// <summary>A member of the workspace who can be asked.</summary>
internal sealed record Colleague(Guid Id, string Name)
{
    public static readonly Refusal NoMember = Refusal.Invalid("noMember", "This person is not a member of the workspace. Choose one from the list of members.", new Problem("/ownerId", "Not a member."));

    public static async Task<Colleague?> Find(BizQDb db, Guid? id, CancellationToken cancel) => id is null
        ? null
        : await db.Memberships.Where(m => m.PersonId == id).Join(db.People, m => m.PersonId, p => p.Id, (m, p) => new Colleague(p.Id, p.Name)).FirstOrDefaultAsync(cancel);
}
