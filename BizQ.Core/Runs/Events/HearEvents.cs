using System.Data.Common;
using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Runs;

/// <summary>
/// Brings events and those who wait for them together, whichever came first. Both sides look for the other after their own row
/// is committed, so that they cannot miss each other; the fence of the run lets only one of an event and a timeout through.
/// </summary>
public sealed class HearEvents(BizQDatabase database, TimeProvider clock, IWakeRuns wake)
{
    /// <summary>Waits served in one transaction: enough to be quick, few enough that their runs are not held up.</summary>
    private const int AtOnce = 200;

    private const int Attempts = 10;

    private static readonly RunStatus[] Resting = [RunStatus.WaitingForApproval, RunStatus.WaitingForTime, RunStatus.WaitingForEvent];

    private static readonly RunStatus[] Ended = [RunStatus.Succeeded, RunStatus.Failed, RunStatus.Cancelled];

    /// <summary>Every step that waits for this event now hears it. Returns how many did.</summary>
    /// <param name="again">It was told before: should somebody have heard it by now, nobody else does, or the next round of a loop would take it for a new one.</param>
    public async Task<int> Of(NamedEvent told, bool again, CancellationToken cancel)
    {
        await using var db = database.Open(told.WorkspaceId);
        var page = await Listening(db, told).OrderBy(w => w.Id).Take(AtOnce).ToListAsync(cancel);
        // Who begins to wait while it is being told looks for what came before by itself, and must not hear it here too.
        var last = page.Count < AtOnce ? null : await Listening(db, told).OrderByDescending(w => w.Id).Select(w => (Guid?)w.Id).FirstOrDefaultAsync(cancel);
        var heard = 0;
        while (page.Count > 0)
        {
            heard += await Deliver(db, told, page, mayBeHeard: !again || heard > 0, cancel);
            if (page.Count < AtOnce || (again && heard == 0))
                break;
            var after = page[^1].Id;
            page = await Listening(db, told).Where(w => w.Id > after && w.Id <= last).OrderBy(w => w.Id).Take(AtOnce).ToListAsync(cancel);
        }
        return heard;
    }

    /// <summary>A wait that has just begun takes the oldest event that came for it before. Returns whether there was one.</summary>
    public async Task<bool> Earlier(RunWait wait, CancellationToken cancel)
    {
        await using var db = database.Open(wait.WorkspaceId);
        var now = clock.GetUtcNow();
        var kept = await db.NamedEvents.AsNoTracking()
            .Where(n => n.Heard == 0 && n.Name == wait.Event && n.KeepUntil > now)
            .Where(n => n.RunId == wait.RunId
                ? n.Correlation == "" || n.Correlation == wait.Correlation
                : n.RunId == null && n.Correlation == wait.Correlation && wait.Correlation != "")
            .OrderBy(n => n.Id).Take(AtOnce).ToListAsync(cancel);
        foreach (var told in kept)
        {
            if (await Deliver(db, told, [wait], mayBeHeard: false, cancel) > 0)
                return true;
        }
        return false;
    }

    /// <summary>A wait without a correlation hears every event of its name; one with hears only events with the same. A run that is addressed itself needs none.</summary>
    private static IQueryable<RunWait> Listening(BizQDb db, NamedEvent told)
    {
        var waits = db.RunWaits.AsNoTracking().Where(w => w.Event == told.Name);
        return told.RunId is { } run
            ? waits.Where(w => w.RunId == run && (told.Correlation == "" || w.Correlation == "" || w.Correlation == told.Correlation))
            : waits.Where(w => w.Correlation == "" || w.Correlation == told.Correlation);
    }

    /// <summary>Two events for the same runs may lock them in another order; the database then sends one of them back to begin again.</summary>
    private async Task<int> Deliver(BizQDb db, NamedEvent told, IReadOnlyList<RunWait> page, bool mayBeHeard, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await Once(db, told, page, mayBeHeard, cancel);
            }
            catch (Exception problem) when (attempt < Attempts && (problem as DbException ?? problem.InnerException as DbException) is { IsTransient: true })
            {
                // Nothing of it was written: it is done again.
            }
        }
    }

    private async Task<int> Once(BizQDb db, NamedEvent told, IReadOnlyList<RunWait> page, bool mayBeHeard, CancellationToken cancel)
    {
        List<RunWait> reached;
        await using (var transaction = await db.Database.BeginTransactionAsync(cancel))
        {
            reached = await Write(db, told, page, cancel);
            var counted = await db.NamedEvents.Where(n => n.Id == told.Id && (mayBeHeard || n.Heard == 0)).ExecuteUpdateAsync(set => set.SetProperty(n => n.Heard, n => n.Heard + reached.Count), cancel);
            // Another wait took it in this very moment: it is not for this one any more.
            if (counted == 0 && !mayBeHeard)
                return 0;
            await transaction.CommitAsync(cancel);
        }
        foreach (var run in reached.Select(w => w.RunId).Distinct())
            await wake.Wake(run);
        return reached.Count;
    }

    private static async Task<List<RunWait>> Write(BizQDb db, NamedEvent told, IReadOnlyList<RunWait> page, CancellationToken cancel)
    {
        var runs = page.Select(w => w.RunId).Distinct().ToList();
        var waits = page.Select(w => w.Id).ToList();
        // The fence first: a commit of the run that is under way, such as a timeout, has either been, or must read this one.
        await db.Runs.Where(r => runs.Contains(r.Id) && !Ended.Contains(r.Status)).ExecuteUpdateAsync(set => set.SetProperty(r => r.Version, r => r.Version + 1), cancel);
        var open = db.Runs.Where(r => !Ended.Contains(r.Status));
        var reached = await db.RunWaits.AsNoTracking().Where(w => waits.Contains(w.Id) && open.Any(r => r.Id == w.RunId)).ToListAsync(cancel);
        var (steps, going) = (reached.Select(w => w.StepId).ToList(), reached.Select(w => w.RunId).Distinct().ToList());
        var output = (System.Text.Json.JsonElement?)Json.Element(new { @case = "event", @event = told.Payload });
        await db.RunSteps.Where(s => steps.Contains(s.Id)).ExecuteUpdateAsync(set => set.SetProperty(s => s.Output, output).SetProperty(s => s.WakeAt, (DateTimeOffset?)null), cancel);
        await db.Runs.Where(r => going.Contains(r.Id)).ExecuteUpdateAsync(
            // What an event says comes from outside.
            set => set.SetProperty(r => r.Tainted, true).SetProperty(r => r.Status, r => Resting.Contains(r.Status) ? RunStatus.Running : r.Status),
            cancel);
        await db.RunWaits.Where(w => waits.Contains(w.Id)).ExecuteDeleteAsync(cancel);
        foreach (var run in going)
            db.Tell(new Change(told.WorkspaceId, "runs", run));
        return reached;
    }
}
