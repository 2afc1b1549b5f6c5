using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Workspaces.Keys;

/// <summary>Whom a key speaks for. It may do what it was made for and its maker still may; a removed maker's keys are dead.</summary>
public sealed class UseKey(BizQDatabase database, TimeProvider clock)
{
    /// <summary>A key used a thousand times a second is still written at most this often.</summary>
    private static readonly TimeSpan NotedEvery = TimeSpan.FromMinutes(1);

    public static readonly Refusal Unknown = new(
        RefusalKind.Unauthenticated, "invalidKey", "This API key is unknown or was revoked. Make a new one under Settings, Keys and API.");

    public async Task<Outcome<Actor>> Run(string secret, CancellationToken cancel)
    {
        var hash = MakeKey.HashOf(secret);
        await using var db = database.OpenUnscoped();
        var found = await (
            from key in db.ApiKeys.IgnoreQueryFilters([BizQDb.WorkspaceFilter])
            where key.Hash == hash && key.RevokedAt == null
            join member in db.Memberships.IgnoreQueryFilters([BizQDb.WorkspaceFilter])
                on new { key.WorkspaceId, PersonId = key.CreatedBy } equals new { member.WorkspaceId, member.PersonId }
            select new { key.Id, key.WorkspaceId, key.Name, key.Scopes, key.LastUsedAt, member.Role }).AsNoTracking().FirstOrDefaultAsync(cancel);
        if (found is null)
            return Unknown;
        var now = clock.GetUtcNow();
        if (found.LastUsedAt is not { } last || now - last >= NotedEvery)
            await Note(db, found.Id, now, cancel);
        var may = (Json.Read<Permission[]>(found.Scopes) ?? []).Intersect(Actor.Of(found.Role)).ToHashSet();
        return new Actor(found.WorkspaceId, ActorKind.ApiKey, found.Id, $"Key \"{found.Name}\"", may);
    }

    private static Task<int> Note(BizQDb db, Guid keyId, DateTimeOffset now, CancellationToken cancel) => db.ApiKeys
        .IgnoreQueryFilters([BizQDb.WorkspaceFilter])
        .Where(key => key.Id == keyId && (key.LastUsedAt == null || key.LastUsedAt < now))
        .ExecuteUpdateAsync(set => set.SetProperty(key => key.LastUsedAt, now), cancel);
}
