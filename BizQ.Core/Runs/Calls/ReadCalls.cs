using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Runs;

/// <summary>A run on the other end of a call.</summary>
/// <param name="StepId">The step of the calling run.</param>
public sealed record CalledRun(Guid Id, string AgentName, RunStatus Status, Guid? StepId);

/// <summary>Who called a run, whom it has called, and what its steps listen for.</summary>
public sealed record RunCalls(CalledRun? Caller, IReadOnlyList<CalledRun> Called, IReadOnlyList<RunWait> Waits)
{
    public static readonly RunCalls None = new(null, [], []);
}

/// <summary>How a run hangs together with others: what its page says about waiting.</summary>
public sealed class ReadCalls(BizQDatabase database)
{
    /// <summary>A loop may have called thousands; the newest say enough.</summary>
    public const int Most = 50;

    public async Task<Outcome<RunCalls>> Run(Actor actor, Guid runId, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } lacking)
            return lacking;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Runs.AsNoTracking().Where(r => r.Id == runId).Select(r => new { r.ParentRunId, r.ParentStepId }).FirstOrDefaultAsync(cancel) is not { } run)
            return Refusal.NotFound("run");
        var caller = run.ParentRunId is { } above
            ? await db.Runs.Where(r => r.Id == above).Select(r => new CalledRun(r.Id, r.AgentName, r.Status, run.ParentStepId)).FirstOrDefaultAsync(cancel)
            : null;
        return new RunCalls(
            caller,
            await db.Runs.Where(r => r.ParentRunId == runId).OrderByDescending(r => r.Id).Take(Most).Select(r => new CalledRun(r.Id, r.AgentName, r.Status, r.ParentStepId)).ToListAsync(cancel),
            await db.RunWaits.AsNoTracking().Where(w => w.RunId == runId).OrderBy(w => w.Id).Take(Most).ToListAsync(cancel));
    }
}
