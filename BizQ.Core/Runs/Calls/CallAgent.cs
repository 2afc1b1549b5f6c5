using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Runs;

/// <summary>Whether a run may call another agent, and which one that is. The run itself is made with the step that calls it.</summary>
public sealed class CallAgent(BizQDatabase database)
{
    /// <summary>Calls between agents that may lead from one to the next. An agent that calls itself comes to an end here.</summary>
    public const int MostDepth = 10;

    /// <param name="agent">Its id, or its name as people write it.</param>
    public async Task<Outcome<Agent>> Run(Actor actor, Guid callerRunId, string agent, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.StartRuns) is { } lacking)
            return lacking;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Runs.AsNoTracking().Where(r => r.Id == callerRunId).Select(r => new { r.Depth, r.Hops }).FirstOrDefaultAsync(cancel) is not { } caller)
            return Refusal.NotFound("run");
        var name = agent.Trim();
        var found = Guid.TryParse(name, out var id)
            ? await db.Agents.AsNoTracking().FirstOrDefaultAsync(a => a.Id == id, cancel)
            : await db.Agents.AsNoTracking().FirstOrDefaultAsync(a => a.Name == name, cancel);
        if (found is null)
            return new Refusal(RefusalKind.NotFound, "agentNotFound", $"There is no agent '{name}' in this workspace. Name it as on the agents page, or by its id.");
        if (caller.Depth >= MostDepth)
            return Refusal.Conflict("callsTooDeep", $"{MostDepth} agents have called one another to get here, which is the most; {found.Name} is not called. Look whether one of them calls itself.");
        return (StartRun.TooFar(caller.Hops + 1) ?? StartRun.WhyNot(found)) is { } not ? not : found;
    }
}
