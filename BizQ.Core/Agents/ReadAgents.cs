using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Agents;

/// <summary>The agents of a workspace, newest first; the names that hold <paramref name="Text"/> when it is given.</summary>
public sealed record AgentFilter(string? Text = null, int? Limit = null, string? Cursor = null);

public sealed class ListAgents(BizQDatabase database)
{
    public async Task<Outcome<Page<Agent>>> Run(Actor actor, AgentFilter filter, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } lacking)
            return lacking;
        Guid? after = null;
        if (!string.IsNullOrEmpty(filter.Cursor))
        {
            if (!Guid.TryParse(filter.Cursor, out var cursor))
                return Refusal.Invalid("badCursor", "This cursor is not one that a list of agents gave out. Start again without it.");
            after = cursor;
        }
        await using var db = database.Open(actor.WorkspaceId);
        var agents = db.Agents.AsNoTracking();
        if (after is { } last)
            agents = agents.Where(a => a.Id < last);
        if (filter.Text?.Trim().ToLowerInvariant() is { Length: > 0 } text)
#pragma warning disable CA1304, CA1311, CA1862 // This becomes SQL, where lower() has no culture.
            agents = agents.Where(a => a.Name.ToLower().Contains(text));
#pragma warning restore CA1304, CA1311, CA1862
        var size = Page<Agent>.Size(filter.Limit);
        var found = await agents.OrderByDescending(a => a.Id).Take(size + 1).ToListAsync(cancel);
        return found.Count > size ? new Page<Agent>(found[..size], found[size - 1].Id.ToString()) : new Page<Agent>(found, null);
    }
}

/// <summary>An agent, the version that runs, and its latest versions, newest first.</summary>
public sealed record AgentDetail(Agent Agent, AgentVersion? Current, IReadOnlyList<AgentVersion> Versions);

public sealed class ReadAgent(BizQDatabase database)
{
    private const int MostVersions = 100;

    public async Task<Outcome<AgentDetail>> Run(Actor actor, Guid agentId, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } lacking)
            return lacking;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Agents.AsNoTracking().FirstOrDefaultAsync(a => a.Id == agentId, cancel) is not { } agent)
            return Refusal.NotFound("agent");
        var versions = await db.AgentVersions.AsNoTracking().Where(v => v.AgentId == agentId).OrderByDescending(v => v.Number).Take(MostVersions).ToListAsync(cancel);
        var current = versions.Find(v => v.Id == agent.CurrentVersionId) ?? await db.AgentVersions.AsNoTracking().FirstOrDefaultAsync(v => v.Id == agent.CurrentVersionId, cancel);
        return new AgentDetail(agent, current, versions);
    }
}

/// <summary>Pauses an agent (no new work; what runs goes on) or lets it work again.</summary>
public sealed class PauseAgent(BizQDatabase database, TimeProvider clock)
{
    public async Task<Outcome<Agent>> Run(Actor actor, Guid agentId, bool pause, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.BuildAgents) is { } lacking)
            return lacking;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Agents.FirstOrDefaultAsync(a => a.Id == agentId, cancel) is not { } agent)
            return Refusal.NotFound("agent");
        if (agent.Status == AgentStatus.Retired)
            return Refusal.Conflict("agentRetired", $"{agent.Name} is retired and takes no new work.");
        agent.Status = pause ? AgentStatus.Paused : AgentStatus.Active;
        agent.UpdatedAt = clock.GetUtcNow();
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateConcurrencyException)
        {
            return Refusal.Conflict("agentChanged", "Somebody changed this agent at the same moment. Look at it once more.");
        }
        return agent;
    }
}
