using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Agents;

/// <summary>An agent, the version that runs (or the one asked for), how it is doing, and its latest versions, newest first.</summary>
public sealed record AgentDetail(Agent Agent, AgentVersion? Current, AgentHealth Health, IReadOnlyList<VersionRow> Versions);

public sealed class ReadAgent(BizQDatabase database, ListVersions versions, TimeProvider clock)
{
    /// <summary>Only how it is doing, for a page that shows the rest already.</summary>
    public async Task<Outcome<AgentHealth>> Health(Actor actor, Guid agentId, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } lacking)
            return lacking;
        await using var db = database.Open(actor.WorkspaceId);
        return (await AgentHealth.Of(db, [agentId], clock.GetUtcNow(), cancel))[agentId];
    }

    public Task<Outcome<AgentDetail>> Run(Actor actor, Guid agentId, CancellationToken cancel) => Run(actor, agentId, null, cancel);

    /// <param name="versionNumber">An older version instead of the one that runs.</param>
    public async Task<Outcome<AgentDetail>> Run(Actor actor, Guid agentId, int? versionNumber, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } lacking)
            return lacking;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Agents.AsNoTracking().FirstOrDefaultAsync(a => a.Id == agentId, cancel) is not { } agent)
            return Refusal.NotFound("agent");
        var version = await db.AgentVersions.AsNoTracking()
            .FirstOrDefaultAsync(v => v.AgentId == agentId && (versionNumber == null ? v.Id == agent.CurrentVersionId : v.Number == versionNumber), cancel);
        if (versionNumber is not null && version is null)
            return Refusal.NotFound("version");
        var health = await AgentHealth.Of(db, [agentId], clock.GetUtcNow(), cancel);
        var latest = await versions.Run(actor, agentId, null, null, cancel);
        return latest.Refusal is { } refusal ? refusal : new AgentDetail(agent, version, health[agentId], latest.Value.Items);
    }
}
