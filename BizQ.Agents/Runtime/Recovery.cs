using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Runtime;

/// <summary>
/// Finds runs that should be moving and are not: after a crash, after a lost wake-up, after a database that was away. What is
/// accepted is in the database, so a look at the states is all it takes.
/// </summary>
public sealed class Recovery(BizQDatabase database, RunLoop loop, IWakeRuns wake, RuntimeOptions options, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<Recovery> log)
    : BackgroundService
{
    private const int PageSize = 500;

    /// <summary>Decisions set their run going in their own transaction; looking for one that did not is a second net.</summary>
    private const int SweepsPerSecondLook = 6;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!await lifetime.HasStarted(stoppingToken))
            return;
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.SweepSeconds), clock);
        var sweep = 0;
        do
        {
            try
            {
                var woken = await Sweep(sweep++ % SweepsPerSecondLook == 0, stoppingToken);
                if (woken > 0)
                    log.LogInformation("{Count} runs were found resting and set going", woken);
            }
            catch (Exception problem) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogError(problem, "Looking for resting runs failed; it is tried again in {Seconds} s", options.SweepSeconds);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Wakes what should be moving, oldest first, as fast as there is room. Returns how many.</summary>
    public async Task<int> Sweep(bool thorough, CancellationToken cancel)
    {
        var woken = await WakeAll(Unfinished, cancel) + await WakeAll(ClosedWithSomethingOnItsWay, cancel);
        return thorough ? woken + await WakeAll(DecidedButWaiting, cancel) : woken;
    }

    private async Task<int> WakeAll(Func<BizQDb, IQueryable<Run>> which, CancellationToken cancel)
    {
        var (woken, after) = (0, Guid.Empty);
        while (true)
        {
            List<Guid> page;
            await using (var db = database.OpenUnscoped())
                page = await which(db).Where(r => r.Id > after).OrderBy(r => r.Id).Select(r => r.Id).Take(PageSize).ToListAsync(cancel);
            foreach (var id in page.Where(id => !loop.IsLive(id)))
            {
                await Room(cancel);
                await wake.Wake(id);
                woken++;
            }
            if (page.Count < PageSize)
                return woken;
            after = page[^1];
        }
    }

    /// <summary>A grain per slot and one waiting for it: thousands of found runs do not become thousands of grains at once.</summary>
    private async Task Room(CancellationToken cancel)
    {
        while (true)
        {
            var rest = loop.NextRest;
            if (loop.Live < 2 * options.RunsInFlight)
                return;
            await rest.WaitAsync(cancel);
        }
    }

    private static IQueryable<T> All<T>(IQueryable<T> rows) where T : class => rows.IgnoreQueryFilters([BizQDb.WorkspaceFilter]);

    private static IQueryable<Run> Unfinished(BizQDb db) => All(db.Runs).Where(r => r.Status == RunStatus.Queued || r.Status == RunStatus.Running);

    /// <summary>Cancelled or failed while an effect was on its way out: how that ended must still be found out.</summary>
    private static IQueryable<Run> ClosedWithSomethingOnItsWay(BizQDb db)
    {
        var moving = All(db.Effects).Where(e => e.State == EffectState.Intended).Select(e => e.RunId);
        return All(db.Runs).Where(r => r.Status != RunStatus.Queued && r.Status != RunStatus.Running && moving.Contains(r.Id));
    }

    private static IQueryable<Run> DecidedButWaiting(BizQDb db)
    {
        var open = All(db.Approvals).Where(a => a.State == ApprovalState.Open);
        return All(db.Runs).Where(r => r.Status == RunStatus.WaitingForApproval && !open.Any(a => a.WorkspaceId == r.WorkspaceId && a.RunId == r.Id));
    }
}
