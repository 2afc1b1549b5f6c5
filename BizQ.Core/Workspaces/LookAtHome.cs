using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Workspaces;

public sealed record HomeApproval(Guid Id, ApprovalKind Kind, string Title, string AgentName, DateTimeOffset RequestedAt);

public sealed record HomeRun(Guid Id, string Title, string AgentName, RunStatus Status, DateTimeOffset StartedAt);

/// <summary>An agent and how its runs of the last seven days went.</summary>
public sealed record HomeAgent(Guid Id, string Name, AgentStatus Status, int Succeeded, int Failed, int Waiting);

/// <param name="Waiting">The oldest first: who has waited longest is answered first; uncertain ones before all.</param>
public sealed record HomeView(int WaitingCount, IReadOnlyList<HomeApproval> Waiting, IReadOnlyList<HomeRun> Runs, IReadOnlyList<HomeAgent> Agents, bool KnowsSomething);

/// <summary>What needs somebody now, and how things go.</summary>
public sealed class LookAtHome(BizQDatabase database, TimeProvider clock)
{
    private const int ShownApprovals = 6;
    private const int ShownRuns = 8;
    private const int ShownAgents = 8;

    private static readonly TimeSpan Lately = TimeSpan.FromDays(7);

    public async Task<Outcome<HomeView>> Run(Actor actor, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        var open = db.Approvals.AsNoTracking().Where(approval => approval.State == ApprovalState.Open);
        var waiting = await open.OrderByDescending(approval => approval.Kind == ApprovalKind.Uncertain).ThenBy(approval => approval.Id).Take(ShownApprovals)
            .Select(a => new HomeApproval(a.Id, a.Kind, a.Title, a.AgentName, a.RequestedAt)).ToListAsync(cancel);
        var runs = await db.Runs.AsNoTracking().OrderByDescending(run => run.Id).Take(ShownRuns)
            .Select(r => new HomeRun(r.Id, r.Title, r.AgentName, r.Status, r.StartedAt)).ToListAsync(cancel);
        return new HomeView(
            await open.CountAsync(cancel), waiting, runs, await Health(db, cancel), await db.Entities.AnyAsync(cancel) || await db.Documents.AnyAsync(cancel));
    }

    private async Task<List<HomeAgent>> Health(BizQDb db, CancellationToken cancel)
    {
        var since = clock.GetUtcNow() - Lately;
        var agents = await db.Agents.AsNoTracking().Where(agent => agent.Status != AgentStatus.Retired).OrderBy(agent => agent.Name).Take(ShownAgents).ToListAsync(cancel);
        var ids = agents.Select(agent => agent.Id).ToList();
        var counts = await db.Runs.Where(run => ids.Contains(run.AgentId) && run.StartedAt >= since)
            .GroupBy(run => new { run.AgentId, run.Status }).Select(group => new { group.Key.AgentId, group.Key.Status, Count = group.Count() }).ToListAsync(cancel);
        int Of(Guid agent, params RunStatus[] statuses) => counts.Where(count => count.AgentId == agent && statuses.Contains(count.Status)).Sum(count => count.Count);
        return
        [
            .. agents.Select(agent => new HomeAgent(
                agent.Id, agent.Name, agent.Status, Of(agent.Id, RunStatus.Succeeded), Of(agent.Id, RunStatus.Failed, RunStatus.Parked),
                Of(agent.Id, RunStatus.WaitingForApproval, RunStatus.WaitingForTime, RunStatus.WaitingForEvent))),
        ];
    }
}
