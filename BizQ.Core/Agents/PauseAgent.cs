using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Agents;

/// <summary>
/// Holds an agent, or lets it work again. While it is paused it takes no new work and its runs stop before their next step; what
/// a step is doing may finish. What they wait for may still come (a decision, a time, an event): they go on with it when the
/// agent works again.
/// </summary>
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
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await db.SaveChangesAsync(cancel);
        if (status == AgentStatus.Paused)
            await Fence(db, agentId, cancel);
        await transaction.CommitAsync(cancel);
        return agent;
    }

    /// <summary>Whoever drives one of its runs, on whichever node, must read it again before anything follows, and then sees the pause.</summary>
    private static Task<int> Fence(BizQDb db, Guid agentId, CancellationToken cancel) =>
        db.Runs.Where(r => r.AgentId == agentId && (r.Status == RunStatus.Queued || r.Status == RunStatus.Running))
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.Version, r => r.Version + 1), cancel);
}
