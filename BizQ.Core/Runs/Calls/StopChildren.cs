using System.Text.Json;
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

    /// <summary>
    /// Asks open runs to stop, and all runs below them, in the transaction that says why: their version moves, so whoever drives one
    /// reads it again before anything follows, and one that waits is set going to find out that it is over. Returns them, to be woken.
    /// </summary>
    internal static async Task<IReadOnlyList<Guid>> Ask(BizQDb db, IQueryable<Run> first, JsonElement? why, DateTimeOffset now, CancellationToken cancel)
    {
        var (all, level) = (new List<Guid>(), first);
        while (true)
        {
            var ids = await level.Where(r => Open.Contains(r.Status)).Select(r => r.Id).ToListAsync(cancel);
            if (ids.Count == 0)
                return all;
            await All(db.Runs).Where(r => ids.Contains(r.Id) && Open.Contains(r.Status)).ExecuteUpdateAsync(
                set => set
                    .SetProperty(r => r.CancelRequestedAt, r => r.CancelRequestedAt ?? now)
                    .SetProperty(r => r.Error, why)
                    .SetProperty(r => r.Status, RunStatus.Running)
                    .SetProperty(r => r.Version, r => r.Version + 1),
                cancel);
            all.AddRange(ids);
            level = All(db.Runs).Where(r => r.ParentRunId != null && ids.Contains(r.ParentRunId.Value));
        }
    }

    /// <summary>Asks the runs that these steps have called and do not wait for any longer.</summary>
    public static Task<IReadOnlyList<Guid>> OfSteps(BizQDb db, Run caller, IReadOnlyList<Guid> steps, DateTimeOffset now, CancellationToken cancel) => Ask(
        db,
        All(db.Runs).Where(r => r.WorkspaceId == caller.WorkspaceId && r.ParentRunId == caller.Id && r.ParentStepId != null && steps.Contains(r.ParentStepId.Value)),
        Json.Element(new { code = "cancelled", message = $"It took longer than {caller.AgentName}, which had called it, was to wait." }),
        now,
        cancel);

    /// <summary>Runs of all workspaces that go on although the one that waited for them was stopped, or has given up the step that waited.</summary>
    public static IQueryable<Run> LeftBehind(BizQDb db)
    {
        var stopped = All(db.Runs).Where(p => p.Status == RunStatus.Failed || p.Status == RunStatus.Cancelled);
        var forlorn = All(db.RunSteps).Where(s => s.WaitsFor == StepWait.Run
            && (s.Status == StepStatus.Waiting ? stopped.Any(p => p.Id == s.RunId) : s.Status != StepStatus.Succeeded));
        return All(db.Runs).Where(r => r.ParentRunId != null && r.CancelRequestedAt == null && Open.Contains(r.Status) && forlorn.Any(s => s.Id == r.ParentStepId));
    }

    private static IQueryable<T> All<T>(IQueryable<T> rows) where T : class => rows.IgnoreQueryFilters([BizQDb.WorkspaceFilter]);
}
