using BizQ.Agents.Runtime;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Waits;

/// <summary>
/// Wakes the runs whose moment has come. The moments are rows under an index: a parked run has no timer and no grain, and on
/// however many nodes each due run is taken by one of them. Taken means running, so a node that dies right after loses nothing:
/// recovery looks for running runs that nobody works on.
/// </summary>
public sealed class Timers(
    BizQDatabase database, RunLoop loop, IWakeRuns wake, SweepWaits sweep, Moments moments, RuntimeOptions options, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<Timers> log)
    : BackgroundService
{
    // Any number that nothing else in the same database takes; MigrateDatabase has its own.
    private const long TakingTurns = 0x42697A54;

    /// <summary>The longest that a moment written by another node goes unseen.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>Another node is taking what is due, or time is coarse: no reason to ask the database without pause.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(1);

    private static readonly RunStatus[] Resting = [RunStatus.WaitingForApproval, RunStatus.WaitingForTime, RunStatus.WaitingForEvent];

    /// <summary>Takes every run that is due and wakes it, the longest overdue first. Returns how many.</summary>
    public async Task<int> WakeDue(CancellationToken cancel)
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

    /// <summary>Runs taken in one statement: as many as are driven side by side.</summary>
    private int Page => options.RunsInFlight;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!await lifetime.HasStarted(stoppingToken))
            return;
        var swept = DateTimeOffset.MinValue;
        while (!stoppingToken.IsCancellationRequested)
        {
            await Turn(stoppingToken);
            if (clock.GetUtcNow() is var now && now - swept < SweepEvery)
                continue;
            swept = now;
            await sweep.Run(stoppingToken);
        }
    }

    private async Task Turn(CancellationToken stop)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
        // Begun before looking, so that a clock that jumps while the database answers still ends it.
        var look = Task.Delay(Look, clock, enough.Token);
        var next = clock.GetUtcNow() + Look;
        var sooner = moments.SleepUntil(next);
        try
        {
            if (await Earliest(stop) is { } due && due < next)
                next = due;
            if (next <= clock.GetUtcNow())
                await WakeDue(stop);
        }
        catch (Exception problem) when (!stop.IsCancellationRequested)
        {
            log.LogError(problem, "Looking for runs whose time has come failed; it is tried again in {Seconds} s", Look.TotalSeconds);
        }
        var until = next - clock.GetUtcNow();
        await Task.WhenAny(look, sooner, Task.Delay(until > Least ? until : Least, clock, enough.Token));
        await enough.CancelAsync();
    }

    private async Task<DateTimeOffset?> Earliest(CancellationToken cancel)
    {
        await using var db = database.OpenUnscoped();
        return await Parked(db).OrderBy(r => r.WakeAt).Select(r => r.WakeAt).FirstOrDefaultAsync(cancel);
    }

    private async Task<List<Guid>> Take(CancellationToken cancel)
    {
        await using var db = database.OpenUnscoped();
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        // One node at a time takes, or several would take the same page and lock its rows in each other's way.
        if (database.Engine == Engine.Postgres && !await db.Database.SqlQuery<bool>($"SELECT pg_try_advisory_xact_lock({TakingTurns}) AS \"Value\"").SingleAsync(cancel))
            return [];
        var now = clock.GetUtcNow();
        var due = Parked(db).Where(r => r.WakeAt <= now);
        var page = await due.OrderBy(r => r.WakeAt).Select(r => r.Id).Take(Page).ToListAsync(cancel);
        if (page.Count == 0)
            return page;
        // The version stays: nothing of the run's journal changes, and whoever drives it decides its state anew.
        await due.Where(r => page.Contains(r.Id))
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.Status, RunStatus.Running).SetProperty(r => r.WakeAt, (DateTimeOffset?)null), cancel);
        await transaction.CommitAsync(cancel);
        return page;
    }

    /// <summary>
    /// Fifty thousand due runs do not become as many grains at once: further ones are taken as those before them come to rest, but
    /// for a moment at most, because whoever is in the way may be the slow runs of somebody else.
    /// </summary>
    private async Task Room(CancellationToken cancel)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var patience = Task.Delay(Look, clock, enough.Token);
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

    private static IQueryable<Run> Parked(BizQDb db) =>
        db.Runs.IgnoreQueryFilters([BizQDb.WorkspaceFilter]).Where(r => r.WakeAt != null && Resting.Contains(r.Status));
}
