using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Runs;

/// <summary>Lets a failed or parked run go on where it stopped: what succeeded is kept, what failed is tried anew.</summary>
public sealed class RetryRun(BizQDatabase database, IWakeRuns wake)
{
    public async Task<Outcome<Run>> Run(Actor actor, Guid runId, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.StartRuns) is { } lacking)
            return lacking;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Runs.FirstOrDefaultAsync(r => r.Id == runId, cancel) is not { } run)
            return Refusal.NotFound("run");
        if (run.Status is not (RunStatus.Failed or RunStatus.Parked))
            return Refusal.Conflict("runNotStopped", $"Only a failed or parked run can be tried again; this one is {Json.Element(run.Status).GetString()}.");
        foreach (var step in await db.RunSteps.Where(s => s.RunId == runId && s.Status == StepStatus.Failed).ToListAsync(cancel))
            step.Status = StepStatus.Retried;
        run.Status = RunStatus.Queued;
        run.Error = null;
        run.CompletedAt = null;
        run.DurationMs = null;
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateConcurrencyException)
        {
            return Refusal.Conflict("runChanged", "This run changed while you asked, most likely because somebody else tried it again. Look at it once more.");
        }
        await wake.Wake(runId);
        return run;
    }
}
