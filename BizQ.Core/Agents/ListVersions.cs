using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Agents;

/// <summary>A version without its definition.</summary>
public sealed record VersionRow(Guid Id, int Number, string Hash, string? Note, string CreatedByName, DateTimeOffset CreatedAt, bool Current);

/// <summary>The versions of an agent, newest first; the cursor is the last number.</summary>
public sealed class ListVersions(BizQDatabase database)
{
    public async Task<Outcome<Page<VersionRow>>> Run(Actor actor, Guid agentId, int? limit, string? cursor, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } lacking)
            return lacking;
        var before = int.MaxValue;
        if (!string.IsNullOrEmpty(cursor) && !int.TryParse(cursor, System.Globalization.CultureInfo.InvariantCulture, out before))
            return Refusal.Invalid("badCursor", "This cursor is not one that a list of versions gave out. Start again without it.");
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Agents.AsNoTracking().FirstOrDefaultAsync(a => a.Id == agentId, cancel) is not { } agent)
            return Refusal.NotFound("agent");
        var size = Page<VersionRow>.Size(limit);
        var rows = await db.AgentVersions.AsNoTracking().Where(v => v.AgentId == agentId && v.Number < before).OrderByDescending(v => v.Number).Take(size + 1)
            .Select(v => new VersionRow(v.Id, v.Number, v.Hash, v.Note, v.CreatedByName, v.CreatedAt, v.Id == agent.CurrentVersionId)).ToListAsync(cancel);
        return rows.Count > size
            ? new Page<VersionRow>(rows[..size], rows[size - 1].Number.ToString(System.Globalization.CultureInfo.InvariantCulture))
            : new Page<VersionRow>(rows, null);
    }
}
