using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Runs;

/// <summary>
/// Ends a run: asked once, what is busy may finish and nothing new starts; asked again, or by force, it ends at once. A run
/// nobody is busy with ends at once either way. Its open approvals expire, what it had proposed will not be done, and the runs
/// it has called are asked to end too. An effect that is already on its way cannot be called back; how it ended is recorded.
/// </summary>
public sealed class CancelRun(BizQDatabase database, Ids ids, TimeProvider clock, IWakeRuns wake)
{
    // A running run writes often, so a reader may lose the race for its version several times in a row.
    private const int Attempts = 20;

    public Task<Outcome<Run>> Run(Actor actor, Guid runId, CancellationToken cancel) => Run(actor, runId, force: false, cancel);

    public async Task<Outcome<Run>> Run(Actor actor, Guid runId, bool force, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.StartRuns) is { } lacking)
            return lacking;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var (outcome, called) = await Once(actor, runId, force, cancel);
                if (!outcome.Ok)
                    return outcome;
                await wake.Wake(runId);
                foreach (var other in called)
                    await wake.Wake(other);
                return outcome;
            }
            catch (DbUpdateConcurrencyException) when (attempt < Attempts)
            {
                // Somebody wrote the run in between: look again, it may have ended.
            }
        }
    }

    private async Task<(Outcome<Run> Outcome, IReadOnlyList<Guid> Called)> Once(Actor actor, Guid runId, bool force, CancellationToken cancel)
    {
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Runs.FirstOrDefaultAsync(r => r.Id == runId, cancel) is not { } run)
            return (Refusal.NotFound("run"), []);
        if (run.Ended)
            return (Refusal.Conflict("runEnded", $"This run has already ended ({Json.Element(run.Status).GetString()}); there is nothing left to cancel."), []);
        var (now, byName) = (clock.GetUtcNow(), actor.Name);
        force |= run.CancelRequestedAt is not null;
        run.CancelRequestedAt ??= now;
        run.Error = Json.Element(new { code = "cancelled", message = $"Cancelled by {byName}." });
        db.RunNotes.Add(RunNote.Of(runId, force ? RunAsk.CancelNow : RunAsk.Cancel, actor, ids, now));
        if (force || run.Status != RunStatus.Running)
            await End(db, run, byName, now, cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await db.SaveChangesAsync(cancel);
        var called = await StopChildren.Ask(db, db.Runs.Where(r => r.ParentRunId == run.Id), run.Error, now, cancel);
        if (AnswerParent.Owes(run))
        {
            await AnswerParent.In(db, run, AnswerParent.Of(run), cancel);
            called = [.. called, run.ParentRunId!.Value];
        }
        await transaction.CommitAsync(cancel);
        return (run, called);
    }

    private async Task End(BizQDb db, Run run, string byName, DateTimeOffset now, CancellationToken cancel)
    {
        run.Status = RunStatus.Cancelled;
        run.CompletedAt = now;
        run.DurationMs = (int)Math.Min((now - run.StartedAt).TotalMilliseconds, int.MaxValue);
        run.WakeAt = null;
        var effects = await db.Effects.Where(e => e.RunId == run.Id).ToListAsync(cancel);
        var approvals = await db.Approvals.Where(a => a.RunId == run.Id).ToListAsync(cancel);
        db.EffectEvents.AddRange(DropProposals.Of(effects, approvals, Mover.Person, byName, $"The run was cancelled by {byName}.", ids, now));
        db.RunWaits.RemoveRange(await db.RunWaits.Where(w => w.RunId == run.Id).ToListAsync(cancel));
    }
}
