using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Runs;

/// <summary>
/// A run that fails takes with it the runs it was waiting for, and they theirs. Runs it had started without waiting stand by
/// themselves and go on. (Cancelling asks all of them itself; this finds those that a dying process did not reach.)
/// </summary>
public static class StopChildren
{
    // Named one by one, because an index finds these and not the others.
    private static readonly RunStatus[] Open =
        [RunStatus.Queued, RunStatus.Running, RunStatus.WaitingForApproval, RunStatus.WaitingForTime, RunStatus.WaitingForEvent, RunStatus.Parked];

    public static async Task Of(BizQDatabase database, CancelRun cancelRun, Run caller, CancellationToken cancel)
    {
        List<Guid> children;
        await using (var db = database.Open(caller.WorkspaceId))
            children = await LeftBehind(db).Where(r => r.WorkspaceId == caller.WorkspaceId && r.ParentRunId == caller.Id).Select(r => r.Id).ToListAsync(cancel);
        var actor = new Actor(caller.WorkspaceId, ActorKind.Agent, caller.AgentId, caller.AgentName, Actor.System(caller.WorkspaceId).Permissions);
        foreach (var child in children)
            // One that has ended by itself meanwhile refuses, which is as well.
            _ = await cancelRun.Run(actor, child, cancel);
    }

    /// <summary>Runs of all workspaces that go on although the one that waited for them was stopped, or has given up the step that waited.</summary>
    public static IQueryable<Run> LeftBehind(BizQDb db)
    {
        var stopped = All(db.Runs).Where(p => p.Status == RunStatus.Failed || p.Status == RunStatus.Cancelled);
        var forlorn = All(db.RunSteps).Where(s => s.WaitsFor == StepWait.Run
            && (s.Status == StepStatus.Waiting ? stopped.Any(p => p.Id == s.RunId) : s.Status != StepStatus.Succeeded));
        return All(db.Runs).Where(r => r.ParentRunId != null && Open.Contains(r.Status) && forlorn.Any(s => s.Id == r.ParentStepId));
    }

    private static IQueryable<T> All<T>(IQueryable<T> rows) where T : class => rows.IgnoreQueryFilters([BizQDb.WorkspaceFilter]);
}
