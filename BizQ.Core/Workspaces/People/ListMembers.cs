using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Workspaces.People;

/// <param name="Temporary">They have not yet chosen a password of their own.</param>
public sealed record Member(Guid PersonId, string Name, string Email, Role Role, DateTimeOffset Since, bool Temporary);

/// <summary>Who is in the workspace, longest member first.</summary>
public sealed class ListMembers(BizQDatabase database)
{
    public async Task<Outcome<Page<Member>>> Run(Actor actor, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        var members = await (
            from membership in db.Memberships.AsNoTracking()
            join person in db.People on membership.PersonId equals person.Id
            orderby membership.Id
            select new Member(person.Id, person.Name, person.Email ?? "", membership.Role, membership.CreatedAt, person.PasswordIsTemporary)).ToListAsync(cancel);
        return new Page<Member>(members, null);
    }
}
