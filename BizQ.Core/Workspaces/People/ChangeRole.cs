using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Workspaces.People;

/// <summary>
/// Gives a member another role, or takes the seat away. A workspace keeps at least one owner, even when two owners let each
/// other go at the same instant: each such change also bumps the workspace's version, and only one of two can.
/// </summary>
public sealed class ChangeRole(BizQDatabase database)
{
    public Task<Outcome<Done>> Run(Actor actor, Guid personId, Role role, CancellationToken cancel) => Change(actor, personId, role, cancel);

    public Task<Outcome<Done>> Remove(Actor actor, Guid personId, CancellationToken cancel) => Change(actor, personId, null, cancel);

    private async Task<Outcome<Done>> Change(Actor actor, Guid personId, Role? role, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.Administer) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Memberships.FirstOrDefaultAsync(member => member.PersonId == personId, cancel) is not { } member)
            return Refusal.NotFound("member");
        if ((Roles.RefusalToGive(actor, member.Role) ?? Roles.RefusalToGive(actor, role ?? Role.Viewer)) is { } notTheirs)
            return notTheirs;
        if (member.Role == Role.Owner && role != Role.Owner)
        {
            // Read before the owners are counted: whoever commits after this read makes our save fail.
            var workspace = await db.Workspaces.SingleAsync(workspace => workspace.Id == actor.WorkspaceId, cancel);
            if (!await db.Memberships.AnyAsync(other => other.Role == Role.Owner && other.PersonId != personId, cancel))
                return Refusal.Conflict("lastOwner", "A workspace needs an owner. Make somebody else an owner first.");
            db.Entry(workspace).Property(w => w.Name).IsModified = true;
        }
        if (role is { } given)
            member.Role = given;
        else
            db.Remove(member);
        try
        {
            await db.SaveChangesAsync(cancel);
            return new Done();
        }
        catch (DbUpdateConcurrencyException)
        {
            return Refusal.Conflict("changedMeanwhile", "Somebody else changed the members meanwhile. Load the list again.");
        }
    }
}
