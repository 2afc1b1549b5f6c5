using System.Security.Cryptography;
using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Workspaces.People;

public sealed record AddMemberRequest(string Email, string? Name, Role Role);

/// <param name="OneTimePassword">Seen only here; null for somebody who already has an account, who signs in as always.</param>
public sealed record AddedMember(Member Member, string? OneTimePassword);

/// <summary>Gives somebody a seat in the workspace. A new person gets a one-time password, to be replaced at the first sign-in.</summary>
public sealed class AddMember(BizQDatabase database, OpenIdentity identity, Ids ids, TimeProvider clock)
{
    // Without letters that are mistaken for digits; 16 of 31 signs are 79 bits.
    private const string Signs = "23456789abcdefghjkmnpqrstuvwxyz";

    public async Task<Outcome<AddedMember>> Run(Actor actor, AddMemberRequest request, CancellationToken cancel)
    {
        if ((actor.Lacks(Permission.Administer) ?? Roles.RefusalToGive(actor, request.Role)) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        using var people = identity(db);
        if (await people.FindByEmailAsync(request.Email.Trim()) is { } known)
            return await Join(db, known, null, request.Role, actor.WorkspaceId, cancel);

        var password = OneTimePassword();
        if (NewPerson.Problems(request.Email, password).ToList() is { Count: > 0 } problems)
            return Refusal.Invalid("invalidMember", problems[0].Message, problems);
        var person = NewPerson.Make(ids, clock, request.Email, request.Name);
        person.PasswordIsTemporary = true;
        Seat(db, person.Id, request.Role, actor.WorkspaceId);
        // One save: the manager writes the person, and with it the membership added above.
        var made = await people.CreateAsync(person, password);
        return made.Succeeded ? new AddedMember(MemberOf(person, request.Role), password) : NewPerson.RefusalOf(made);
    }

    private async Task<Outcome<AddedMember>> Join(BizQDb db, Person person, string? password, Role role, Guid workspaceId, CancellationToken cancel)
    {
        if (await db.Memberships.AnyAsync(member => member.PersonId == person.Id, cancel))
            return Refusal.Conflict("alreadyMember", $"{person.Name} is already a member. Change the role in the list instead.");
        Seat(db, person.Id, role, workspaceId);
        await db.SaveChangesAsync(cancel);
        return new AddedMember(MemberOf(person, role), password);
    }

    private void Seat(BizQDb db, Guid personId, Role role, Guid workspaceId) =>
        db.Add(new Membership { Id = ids.New(), WorkspaceId = workspaceId, PersonId = personId, Role = role, CreatedAt = clock.GetUtcNow() });

    private Member MemberOf(Person person, Role role) => new(person.Id, person.Name, person.Email ?? "", role, clock.GetUtcNow(), person.PasswordIsTemporary);

    private static string OneTimePassword() => string.Join('-', Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetString(Signs, 4)));
}

/// <summary>Who may give which role.</summary>
internal static class Roles
{
    /// <summary>Nobody gives or takes what they do not have: only an owner makes or unmakes an owner.</summary>
    public static Refusal? RefusalToGive(Actor actor, Role role) => role == Role.Owner ? actor.Lacks(Permission.Own) : null;
}
