using BizQ.Core;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;

namespace BizQ.Tests.Kit;

/// <summary>Workspaces and people as rows, for tests that are not about setting them up.</summary>
internal static class Workspaces
{
    public static async Task<Actor> Make(BizQDatabase database, Ids ids, TimeProvider clock, string name)
    {
        var workspace = new Workspace
        {
            Id = ids.New(),
            Name = name,
            Slug = $"test-{ids.New():N}",
            MailAddress = "support@shop.example",
            CreatedAt = clock.GetUtcNow(),
        };
        await using (var db = database.Open(workspace.Id))
        {
            db.Add(workspace);
            await db.SaveChangesAsync();
        }
        return await Join(database, ids, clock, workspace.Id, Role.Owner, "Test Owner");
    }

    public static async Task<Actor> Join(BizQDatabase database, Ids ids, TimeProvider clock, Guid workspaceId, Role role, string name)
    {
        var id = ids.New();
        var mail = $"{id:N}@people.example";
        var person = new Person
        {
            Id = id,
            Name = name,
            UserName = mail,
            NormalizedUserName = mail.ToUpperInvariant(),
            Email = mail,
            NormalizedEmail = mail.ToUpperInvariant(),
            EmailConfirmed = true,
            SecurityStamp = ids.New().ToString(),
            CreatedAt = clock.GetUtcNow(),
        };
        var membership = new Membership { Id = ids.New(), WorkspaceId = workspaceId, PersonId = id, Role = role, CreatedAt = clock.GetUtcNow() };
        await using var db = database.Open(workspaceId);
        db.AddRange(person, membership);
        await db.SaveChangesAsync();
        return new Actor(workspaceId, ActorKind.Person, id, name, Actor.Of(role));
    }
}
