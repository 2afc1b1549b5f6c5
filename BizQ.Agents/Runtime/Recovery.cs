using System.Runtime.CompilerServices;
using System.Threading.Channels;
using BizQ.Agents.Cluster;
using BizQ.Agents.Runtime.Turns;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Runtime;

/// <summary>
/// Finds runs that should be moving and are not: after a crash, after a lost wake-up, after a database that was away, when an
/// agent works again, and those of a backlog that nobody has room for yet. What is accepted is in the database, so a look at
/// the states is all it takes. Of several nodes one looks, and any that has place again for what was left in the database.
/// </summary>
public sealed class Recovery(
    BizQDatabase database, RunLoop loop, IWakeRuns wake, ClusterTurn turn, RuntimeOptions options, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<Recovery> log)
    : BackgroundService
{
    private const int PageSize = 500;

    /// <summary>Unfinished runs that are looked at all together; ids only, some 50 bytes each.</summary>
    private const int Few = 20_000;

    /// <summary>Decisions set their run going in their own transaction; looking for one that did not is a second net.</summary>
    private static readonly TimeSpan SecondLook = TimeSpan.FromMinutes(1);

    /// <summary>However often somebody asks, the database is looked at no more often than this.</summary>
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(100);

    // One place: however many ask for a look, one answers them all.
    private readonly Channel<bool> _asked = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    // This node has place again, so it looks whoever's turn it is.
    private bool _drained;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!await lifetime.HasStarted(stoppingToken))
            return;
        loop.WhenDrained(() =>
        {
            Volatile.Write(ref _drained, true);
            Ask();
        });
        turn.WhenNodesChange(Ask);
        // An agent that works again has runs that rest.
        using var agents = database.Changes.SubscribeAll(change =>
        {
            if (change.IsIn("agents"))
                Ask();
        });
        var every = TimeSpan.FromSeconds(options.SweepSeconds);
        await using var timer = clock.CreateTimer(_ => Ask(), null, every, every);
        Ask();
        var looked = clock.GetUtcNow() - SecondLook;
        while (await _asked.Reader.ReadAsync(stoppingToken))
        {
            // Asked whenever a node has come or gone.
            loop.Share = turn.Share;
            if (!Interlocked.Exchange(ref _drained, false) && !turn.Mine)
                continue;
            var thorough = clock.GetUtcNow() - looked >= SecondLook;
            if (thorough)
                looked = clock.GetUtcNow();
            await Look(thorough, stoppingToken);
            await Task.Delay(Gap, clock, stoppingToken);
        }
    }

    /// <summary>Wakes what should be moving, as far as there is room: of every agent its oldest. Returns how many.</summary>
    public async Task<int> Sweep(bool thorough, CancellationToken cancel)
    {
        var woken = await WakeUnfinished(cancel) + await WakeAll(ClosedWithSomethingOnItsWay, cancel);
        return thorough ? woken + await WakeAll(DecidedButWaiting, cancel) : woken;
    }

    private void Ask() => _asked.Writer.TryWrite(true);

    private async Task Look(bool thorough, CancellationToken stop)
    {
        try
        {
            var woken = await Sweep(thorough, stop);
            if (woken > 0)
                log.LogInformation("{Count} runs were found resting and set going", woken);
        }
        catch (Exception problem) when (!stop.IsCancellationRequested)
        {
            log.LogError(problem, "Looking for resting runs failed; it is tried again in {Seconds} s", options.SweepSeconds);
        }
    }

    /// <summary>
    /// Each agent gets as many woken as may wait for their turn, never more: what else it has accepted costs the others nothing
    /// but a row in the database, and thousands of found runs do not become thousands of grains at once.
    /// </summary>
    private async Task<int> WakeUnfinished(CancellationToken cancel)
    {
        var woken = 0;
        await foreach (var (workspaceId, agentId, oldest) in UnfinishedByAgent(cancel))
        {
            // Those that were woken and have not come to the queue yet count too.
            var room = Math.Min(loop.RoomFor(workspaceId, agentId), FairTurns.MostWaiting + options.RunsInFlight - oldest.Count(loop.IsLive));
            foreach (var id in oldest.Where(id => !loop.IsLive(id) && !loop.IsResting(id)))
            {
                if (room <= 0)
                {
                    loop.Leave(workspaceId, agentId);
                    break;
                }
                // Those that another node works on take no place here.
                if (!await wake.Nudge(id))
                    continue;
                room--;
                woken++;
            }
        }
        return woken;
    }

    /// <summary>The oldest runs of each agent: out of one look when there are few, one look for each agent in a backlog.</summary>
    private async IAsyncEnumerable<(Guid WorkspaceId, Guid AgentId, IReadOnlyList<Guid> Oldest)> UnfinishedByAgent([EnumeratorCancellation] CancellationToken cancel)
    {
        await using var db = database.OpenUnscoped();
        var runs = Unfinished(All(db.Runs));
        var agents = All(db.Agents).Where(a => a.Status != AgentStatus.Paused);
        var few = await (from run in runs join agent in agents on run.AgentId equals agent.Id select new { run.WorkspaceId, run.AgentId, run.Id }).Take(Few + 1).ToListAsync(cancel);
        if (few.Count <= Few)
        {
            foreach (var same in few.GroupBy(r => (r.WorkspaceId, r.AgentId)))
                yield return (same.Key.WorkspaceId, same.Key.AgentId, [.. same.Select(r => r.Id).Order()]);
            yield break;
        }
        // Those that are under way are among the oldest: they are looked past.
        var most = FairTurns.MostWaiting + 2 * options.RunsInFlight;
        foreach (var agent in await agents.Where(a => runs.Any(r => r.WorkspaceId == a.WorkspaceId && r.AgentId == a.Id)).Select(a => new { a.WorkspaceId, a.Id }).ToListAsync(cancel))
            yield return (agent.WorkspaceId, agent.Id, await runs.Where(r => r.WorkspaceId == agent.WorkspaceId && r.AgentId == agent.Id).OrderBy(r => r.Id).Select(r => r.Id).Take(most).ToListAsync(cancel));
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
                woken += await wake.Nudge(id) ? 1 : 0;
            }
            if (page.Count < PageSize)
                return woken;
            after = page[^1];
        }
    }

    private static IQueryable<T> All<T>(IQueryable<T> rows) where T : class => rows.IgnoreQueryFilters([BizQDb.WorkspaceFilter]);

    private static IQueryable<Run> Unfinished(IQueryable<Run> runs) => runs.Where(r => r.Status == RunStatus.Queued || r.Status == RunStatus.Running);

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
