using BizQ.Agents.Runtime;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Agents.Waits;

/// <summary>
/// The runs whose moment has come. They are taken in pages: taken means running, so a node that dies right after loses nothing,
/// because recovery looks for running runs that nobody works on.
/// </summary>
public sealed class DueRuns(BizQDatabase database, RunLoop loop, IWakeRuns wake, RuntimeOptions options, TimeProvider clock)
{
    // Any number that nothing else in the same database takes; MigrateDatabase has its own.
    private const long TakingTurns = 0x42697A54;

    /// <summary>Rows looked at for the earliest moment: a few may be of runs that were set going for another reason and have not got round to their moment.</summary>
    private const int Few = 16;

    /// <summary>The longest that runs that are due wait for others to come to rest.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly RunStatus[] Resting = [RunStatus.WaitingForApproval, RunStatus.WaitingForTime, RunStatus.WaitingForEvent];

    /// <summary>Runs taken in one statement: as many as are driven side by side.</summary>
    private int Page => options.RunsInFlight;

    /// <summary>The earliest moment that any run rests for; null when none does.</summary>
    public async Task<DateTimeOffset?> Earliest(CancellationToken cancel)
    {
        await using var db = database.OpenUnscoped();
        // By the moment alone, so that the index on it answers however many runs rest.
        var first = await All(db).Where(r => r.WakeAt != null).OrderBy(r => r.WakeAt).Take(Few).Select(r => new { r.WakeAt, r.Status }).ToListAsync(cancel);
        return first.FirstOrDefault(r => Resting.Contains(r.Status))?.WakeAt;
    }

    /// <summary>Takes every run that is due and wakes it, the longest overdue first. Returns how many.</summary>
    public async Task<int> Wake(CancellationToken cancel)
    {
        var woken = 0;
        while (true)
        {
            await Room(cancel);
            var page = await Take(cancel);
            foreach (var id in page)
                await wake.Wake(id);
            woken += page.Count;
            if (page.Count < Page)
                return woken;
        }
    }

    private async Task<List<Guid>> Take(CancellationToken cancel)
    {
        await using var db = database.OpenUnscoped();
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        // One node at a time takes, or several would take the same page and lock its rows in each other's way.
        if (database.Engine == Engine.Postgres && !await db.Database.SqlQuery<bool>($"SELECT pg_try_advisory_xact_lock({TakingTurns}) AS \"Value\"").SingleAsync(cancel))
            return [];
        var now = clock.GetUtcNow();
        // By the moment alone here too: told of states, SQLite would go through all runs that rest. Twice a page has room for those that do not.
        var due = await All(db).Where(r => r.WakeAt <= now).OrderBy(r => r.WakeAt).Select(r => new { r.Id, r.Status }).Take(2 * Page).ToListAsync(cancel);
        var page = due.Where(r => Resting.Contains(r.Status)).Take(Page).Select(r => r.Id).ToList();
        if (page.Count == 0)
            return page;
        // The version stays: nothing of the run's journal changes, and whoever drives it decides its state anew.
        await All(db).Where(r => page.Contains(r.Id) && r.WakeAt <= now && Resting.Contains(r.Status))
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.Status, RunStatus.Running).SetProperty(r => r.WakeAt, (DateTimeOffset?)null), cancel);
        await transaction.CommitAsync(cancel);
        return page;
    }

    /// <summary>
    /// Fifty thousand due runs do not become as many grains at once: further ones are taken as those before them come to rest, but
    /// it waits for that a moment at most, because whoever is in the way may be the slow runs of somebody else.
    /// </summary>
    private async Task Room(CancellationToken cancel)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var patience = Task.Delay(Patience, clock, enough.Token);
        while (!patience.IsCompleted)
        {
            var rest = loop.NextRest();
            if (loop.Live + Page <= 2 * options.RunsInFlight)
                break;
            await Task.WhenAny(rest, patience);
        }
        await enough.CancelAsync();
        cancel.ThrowIfCancellationRequested();
    }

    private static IQueryable<Run> All(BizQDb db) => db.Runs.IgnoreQueryFilters([BizQDb.WorkspaceFilter]);
}
