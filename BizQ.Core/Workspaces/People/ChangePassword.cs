using BizQ.Core.Data;
using Microsoft.AspNetCore.Identity;

namespace BizQ.Core.Workspaces.People;

/// <summary>A person replaces their own password. Every other place where they are signed in is signed out by the new stamp.</summary>
public sealed class ChangePassword(BizQDatabase database, OpenIdentity identity)
{
    public async Task<Outcome<Person>> Run(Guid personId, string current, string next, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        await using var db = database.OpenUnscoped();
        using var people = identity(db);
        if (await people.FindByIdAsync(personId.ToString()) is not { } person)
            return Refusal.NotFound("person");
        if (PasswordRule.ProblemOf(next, person.Email) is { } problem)
            return Refusal.Invalid("invalidPassword", problem, new Problem("/password", problem));
        if (current == next)
            return Refusal.Invalid("samePassword", "This is the password you have. Take another.", new Problem("/password", "Take another."));
        if (await people.IsLockedOutAsync(person))
            return CheckPassword.Wrong;
        person.PasswordIsTemporary = false;
        var changed = await people.ChangePasswordAsync(person, current, next);
        if (changed.Succeeded)
            return person;
        if (changed.Errors.Any(error => error.Code == nameof(IdentityErrorDescriber.PasswordMismatch)))
        {
            db.ChangeTracker.Clear();
            await CountWrong(people, personId);
            return Refusal.Invalid("wrongPassword", "The current password is not right.", new Problem("/current", "Not right."));
        }
        return NewPerson.RefusalOf(changed);
    }

    private static async Task CountWrong(UserManager<Person> people, Guid personId)
    {
        if (await people.FindByIdAsync(personId.ToString()) is { } person)
            await people.AccessFailedAsync(person);
    }
}
