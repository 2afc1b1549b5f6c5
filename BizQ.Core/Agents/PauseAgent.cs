using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Agents;

/// <summary>Lets an agent take no new work, or take it again. Runs that have begun go on.</summary>
public sealed class PauseAgent(BizQDatabase database, TimeProvider clock)
{
    private const int Attempts = 20;

    public async Task<Outcome<Agent>> Run(Actor actor, Guid agentId, bool paused, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.BuildAgents) is { } lacking)
            return lacking;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await Once(actor, agentId, paused ? AgentStatus.Paused : AgentStatus.Active, cancel);
            }
            catch (DbUpdateConcurrencyException) when (attempt < Attempts)
            {
                // Somebody saved a version in between; pausing does not depend on what it says.
            }
        }
    }

    private async Task<Outcome<Agent>> Once(Actor actor, Guid agentId, AgentStatus status, CancellationToken cancel)
    {
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Agents.FirstOrDefaultAsync(a => a.Id == agentId, cancel) is not { } agent)
            return Refusal.NotFound("agent");
        if (agent.Status == AgentStatus.Retired)
            return Refusal.Conflict("agentRetired", $"{agent.Name} is retired and takes no new work.");
        if (agent.Status == status)
            return agent;
        (agent.Status, agent.UpdatedAt) = (status, clock.GetUtcNow());
        await db.SaveChangesAsync(cancel);
        return agent;
    }
}
