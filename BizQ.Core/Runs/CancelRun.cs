using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Runs;

/// <summary>
/// Ends a run at once: nothing new starts, its open approvals expire, and what it had proposed will not be done. An effect
/// that is already on its way cannot be called back; how it ended is still recorded.
/// </summary>
public sealed class CancelRun(BizQDatabase database, Ids ids, TimeProvider clock, IWakeRuns wake)
{
    // A running run writes often, so a reader may lose the race for its version several times in a row.
    private const int Attempts = 20;

    public async Task<Outcome<Run>> Run(Actor actor, Guid runId, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.StartRuns) is { } lacking)
            return lacking;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var outcome = await Once(actor, runId, cancel);
                if (outcome.Ok)
                    await wake.Wake(runId);
                return outcome;
            }
            catch (DbUpdateConcurrencyException) when (attempt < Attempts)
            {
                // Somebody wrote the run in between: look again, it may have ended.
            }
        }
    }

    private async Task<Outcome<Run>> Once(Actor actor, Guid runId, CancellationToken cancel)
    {
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Runs.FirstOrDefaultAsync(r => r.Id == runId, cancel) is not { } run)
            return Refusal.NotFound("run");
        if (run.Ended)
            return Refusal.Conflict("runEnded", $"This run has already ended ({Json.Element(run.Status).GetString()}); there is nothing left to cancel.");
        var now = clock.GetUtcNow();
        run.Status = RunStatus.Cancelled;
        run.CompletedAt = now;
        run.DurationMs = (int)Math.Min((now - run.StartedAt).TotalMilliseconds, int.MaxValue);
        run.Error = Json.Element(new { code = "cancelled", message = $"Cancelled by {actor.Name}." });
        var effects = await db.Effects.Where(e => e.RunId == runId).ToListAsync(cancel);
        var approvals = await db.Approvals.Where(a => a.RunId == runId).ToListAsync(cancel);
        db.EffectEvents.AddRange(DropProposals.Of(effects, approvals, Mover.Person, actor.Name, $"The run was cancelled by {actor.Name}.", ids, now));
        await db.SaveChangesAsync(cancel);
        return run;
    }
}
