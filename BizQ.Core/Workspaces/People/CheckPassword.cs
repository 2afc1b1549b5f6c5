using BizQ.Core.Data;
using Microsoft.AspNetCore.Identity;

namespace BizQ.Core.Workspaces.People;

/// <summary>
/// Says whether the password is right. A wrong password, an unknown address and a locked account get the same answer in about
/// the same time, so that nobody learns who has an account.
/// </summary>
public sealed class CheckPassword(BizQDatabase database, OpenIdentity identity, IPasswordHasher<Person> hasher)
{
    /// <summary>Wrong tries until the account is locked for <see cref="LockedFor"/>.</summary>
    public const int Tries = 5;

    public static readonly TimeSpan LockedFor = TimeSpan.FromMinutes(10);

    public static readonly Refusal Wrong = new(
        RefusalKind.Unauthenticated,
        "signInFailed",
        "That mail address and password do not belong together. After 5 wrong tries an account is locked for 10 minutes.");

    // Identity refuses to save over another guess that was counted in between; ten guesses at one instant are more than the
    // rate limit lets through.
    private const int CountAttempts = 10;

    public async Task<Outcome<Person>> Run(string email, string password, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        await using var db = database.OpenUnscoped();
        using var people = identity(db);
        var person = await people.FindByEmailAsync(email.Trim());
        if (person is null || await people.IsLockedOutAsync(person))
        {
            hasher.HashPassword(new Person { Name = "", CreatedAt = default }, password);
            return Wrong;
        }
        if (await people.CheckPasswordAsync(person, password))
        {
            if (person.AccessFailedCount > 0)
                await people.ResetAccessFailedCountAsync(person);
            return person;
        }
        await Count(person.Id);
        return Wrong;
    }

    private async Task Count(Guid personId)
    {
        for (var attempt = 0; attempt < CountAttempts; attempt++)
        {
            await using var db = database.OpenUnscoped();
            using var people = identity(db);
            if (await people.FindByIdAsync(personId.ToString()) is not { } person || (await people.AccessFailedAsync(person)).Succeeded)
                return;
        }
    }
}
