using System.Net.Mail;
using BizQ.Core.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Workspaces.People;

public sealed record SetUpRequest(string Email, string Password, string Workspace, string? Name = null, string TimeZone = "UTC");

/// <summary>The first visit: makes the owner's account and the workspace, once per installation.</summary>
public sealed class SetUpBusiness(BizQDatabase database, OpenIdentity identity, Ids ids, TimeProvider clock)
{
    public static readonly Refusal AlreadySetUp = Refusal.Conflict(
        "alreadySetUp", "This BizQ already has an owner. Sign in, or ask the owner to add you.");

    public async Task<bool> IsDone(CancellationToken cancel)
    {
        await using var db = database.OpenUnscoped();
        return await db.Installations.AnyAsync(cancel);
    }

    public async Task<Outcome<Seat>> Run(SetUpRequest request, CancellationToken cancel)
    {
        if (await IsDone(cancel))
            return AlreadySetUp;
        var problems = NewPerson.Problems(request.Email, request.Password).Concat(NewWorkspace.Problems(request.Workspace, request.TimeZone)).ToList();
        if (problems.Count > 0)
            return Refusal.Invalid("invalidSetUp", problems[0].Message, problems);

        await using var db = database.OpenUnscoped();
        using var people = identity(db);
        var person = NewPerson.Make(ids, clock, request.Email, request.Name);
        var workspace = NewWorkspace.Add(db, ids, clock, request.Workspace, person.Id, request.TimeZone);
        db.Add(new Installation { WorkspaceId = workspace.Id, OwnerId = person.Id, SetUpAt = clock.GetUtcNow() });
        try
        {
            // One save: the manager writes the person, and with it everything added above.
            var made = await people.CreateAsync(person, request.Password);
            return made.Succeeded
                ? new Seat(person.Id, person.Name, person.Email!, workspace.Id, workspace.Name, Role.Owner, person.SecurityStamp ?? "")
                : NewPerson.RefusalOf(made);
        }
        catch (DbUpdateException) when (!cancel.IsCancellationRequested)
        {
            if (await IsDone(cancel))
                return AlreadySetUp;
            throw;
        }
    }
}

/// <summary>What every new account has in common.</summary>
internal static class NewPerson
{
    public static Person Make(Ids ids, TimeProvider clock, string email, string? name)
    {
        var address = email.Trim();
        return new Person
        {
            Id = ids.New(),
            Name = string.IsNullOrWhiteSpace(name) ? NameOf(address) : name.Trim(),
            UserName = address,
            Email = address,
            CreatedAt = clock.GetUtcNow(),
        };
    }

    public static IEnumerable<Problem> Problems(string email, string? password)
    {
        if (!MailAddress.TryCreate(email.Trim(), out var address) || address.Address != email.Trim() || email.Length > 254)
            yield return new Problem("/email", "Enter a mail address such as ada@example.com.");
        if (PasswordRule.ProblemOf(password, email) is { } problem)
            yield return new Problem("/password", problem);
    }

    public static Refusal RefusalOf(IdentityResult result)
    {
        var problems = result.Errors.Select(error => new Problem(error.Code == "Password" ? "/password" : "/email", error.Description)).ToList();
        return Refusal.Invalid("invalidAccount", problems[0].Message, problems);
    }

    /// <summary>"ada.lovelace@example.com" is called "Ada Lovelace" until she says otherwise.</summary>
    private static string NameOf(string email) => string.Join(' ', email.Split('@')[0]
        .Split(['.', '_', '-', '+'], StringSplitOptions.RemoveEmptyEntries)
        .Select(word => char.ToUpperInvariant(word[0]) + word[1..])) is { Length: > 0 } name ? name : email;
}
