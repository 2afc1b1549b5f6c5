using BizQ.Core.Approvals;
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
        await Expire(db, run, actor, now, cancel);
        await db.SaveChangesAsync(cancel);
        return run;
    }

    private async Task Expire(BizQDb db, Run run, Actor actor, DateTimeOffset now, CancellationToken cancel)
    {
        foreach (var approval in await db.Approvals.Where(a => a.RunId == run.Id && a.State == ApprovalState.Open && a.Kind != ApprovalKind.Uncertain).ToListAsync(cancel))
        {
            approval.State = ApprovalState.Expired;
            approval.DecidedAt = now;
            approval.Reason = $"The run was cancelled by {actor.Name}.";
        }
        var undone = new[] { EffectState.Proposed, EffectState.Judged, EffectState.Approved, EffectState.Rechecked };
        foreach (var effect in await db.Effects.Where(e => e.RunId == run.Id && undone.Contains(e.State)).ToListAsync(cancel))
        {
            db.EffectEvents.Add(new EffectEvent
            {
                Id = ids.New(), WorkspaceId = run.WorkspaceId, EffectId = effect.Id, From = effect.State, To = EffectState.Rejected,
                Hash = effect.Hash, ByName = actor.Name, Note = "The run was cancelled.", At = now,
            });
            effect.State = EffectState.Rejected;
            effect.EndedAt = now;
        }
    }
}
