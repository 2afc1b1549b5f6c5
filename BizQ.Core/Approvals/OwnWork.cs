using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Approvals;

/// <summary>
/// Nobody approves their own work: who started a run by hand, or a key they made, does not approve what it wants to do, unless
/// there is nobody else in the workspace who could. Mail and schedules are nobody's own work.
/// </summary>
public sealed class OwnWork
{
    private static readonly Role[] Deciders = [.. Enum.GetValues<Role>().Where(role => Actor.Of(role).Contains(Permission.Decide))];

    public async Task<Refusal?> Refuse(BizQDb db, Actor actor, Run run, CancellationToken cancel)
    {
        if (run.StartedBy is not { } starter || actor.Id is not { } decider)
            return null;
        var person = await PersonBehind(db, starter, cancel);
        if (person != await PersonBehind(db, decider, cancel))
            return null;
        return await db.Memberships.AnyAsync(m => m.PersonId != person && Deciders.Contains(m.Role), cancel)
            ? new Refusal(RefusalKind.Forbidden, "ownWork", "You started this run, so somebody else must approve what it does. You can still reject it.")
            : null;
    }

    /// <summary>A key acts for whoever made it.</summary>
    private static async Task<Guid> PersonBehind(BizQDb db, Guid id, CancellationToken cancel) =>
        await db.ApiKeys.Where(k => k.Id == id).Select(k => (Guid?)k.CreatedBy).FirstOrDefaultAsync(cancel) ?? id;
}
