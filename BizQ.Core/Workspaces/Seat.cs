using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Workspaces;

/// <summary>A person in a workspace, as it stands now. <paramref name="Stamp"/> changes with the password and ends older sign-ins.</summary>
public sealed record Seat(Guid PersonId, string PersonName, string Email, Guid WorkspaceId, string WorkspaceName, Role Role, string Stamp)
{
    public Actor Actor => new(WorkspaceId, ActorKind.Person, PersonId, PersonName, Actor.Of(Role));
}

/// <summary>Where a person may sit: asked at sign-in and again while they are signed in, so that a lost role is lost at once.</summary>
public sealed class FindSeat(BizQDatabase database)
{
    /// <summary>The seat; null when the person is gone or no longer a member.</summary>
    public async Task<Seat?> Run(Guid personId, Guid workspaceId, CancellationToken cancel)
    {
        await using var db = database.OpenUnscoped();
        return await Seats(db, personId, workspaceId).FirstOrDefaultAsync(cancel);
    }

    /// <summary>All workspaces the person is a member of, oldest first.</summary>
    public async Task<IReadOnlyList<Seat>> All(Guid personId, CancellationToken cancel)
    {
        await using var db = database.OpenUnscoped();
        return await Seats(db, personId, null).ToListAsync(cancel);
    }

    private static IQueryable<Seat> Seats(BizQDb db, Guid personId, Guid? workspaceId) =>
        from member in db.Memberships.IgnoreQueryFilters([BizQDb.WorkspaceFilter]).AsNoTracking()
        where member.PersonId == personId && (workspaceId == null || member.WorkspaceId == workspaceId)
        join person in db.People on member.PersonId equals person.Id
        join workspace in db.Workspaces on member.WorkspaceId equals workspace.Id
        orderby member.Id
        select new Seat(person.Id, person.Name, person.Email ?? "", workspace.Id, workspace.Name, member.Role, person.SecurityStamp ?? "");
}
