using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Workspaces.Keys;

/// <summary>A key as people see it: never the secret.</summary>
public sealed record KeyLine(
    Guid Id, string Name, string Prefix, IReadOnlyList<Permission> Scopes, string CreatedByName, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt);

/// <summary>The keys of the workspace, newest first; revoked ones stay in the list, so that one can see when they ended.</summary>
public sealed class ListKeys(BizQDatabase database)
{
    public async Task<Outcome<Page<KeyLine>>> Run(Actor actor, int? limit, string? cursor, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.Administer) is { } refusal)
            return refusal;
        if (cursor is not null && !Guid.TryParse(cursor, out _))
            return Refusal.Invalid("badCursor", "This cursor is not one of ours. Take \"next\" from the page before.");
        var size = Page<KeyLine>.Size(limit);
        await using var db = database.Open(actor.WorkspaceId);
        var keys = db.ApiKeys.AsNoTracking();
        if (cursor is not null)
        {
            var before = Guid.Parse(cursor);
            keys = keys.Where(key => key.Id < before);
        }
        var rows = await (
            from key in keys
            join person in db.People on key.CreatedBy equals person.Id into makers
            from maker in makers.DefaultIfEmpty()
            orderby key.Id descending
            select new { Key = key, Maker = maker.Name }).Take(size + 1).ToListAsync(cancel);
        var lines = rows.Take(size).Select(row => new KeyLine(
            row.Key.Id, row.Key.Name, row.Key.Prefix, Json.Read<Permission[]>(row.Key.Scopes) ?? [], row.Maker ?? "somebody who left",
            row.Key.CreatedAt, row.Key.LastUsedAt, row.Key.RevokedAt)).ToList();
        return new Page<KeyLine>(lines, rows.Count > size ? lines[^1].Id.ToString() : null);
    }
}
