using System.Collections.Concurrent;
using System.Data.Common;
using BizQ.Agents.Runtime.Flow;
using BizQ.Agents.Runtime.Journal;
using BizQ.Agents.Runtime.Turns;
using BizQ.Core.Runs;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Runtime;

/// <summary>
/// The entry to a run: waits until it is its turn, loads it, drives it as far as it goes, and keeps one that fails again and
/// again from costing others anything. One drive per run at a time is the caller's care; should two meet all the same, the fence lets one through.
/// </summary>
public sealed class RunLoop(IRunStore store, CompiledAgents agents, BeforeRun before, DriveParts parts, RuntimeOptions options, ILogger<RunLoop> log) : IDisposable
{
    /// <summary>Unexpected failures in a row after which a run is parked. Each is some 10 s apart, a sweep's distance.</summary>
    private const int MostFailures = 5;

    /// <summary>Looks at whose a run is, in a crowd, at the same time: enough to keep the queue full, few enough to leave the database to those who work.</summary>
    private const int MostLooks = 8;

    private readonly SemaphoreSlim _looks = new(MostLooks);
    private readonly FairTurns _turns = new(options.RunsInFlight);
    private readonly ConcurrentDictionary<Guid, byte> _live = new();
    private readonly ConcurrentDictionary<Guid, Failures> _failures = new();
    private TaskCompletionSource? _rested;

    /// <summary>Whether this process is driving the run, or will as soon as it is its turn.</summary>
    public bool IsLive(Guid runId) => _live.ContainsKey(runId);

    /// <summary>Whether the run has just failed unexpectedly and is to be left alone for a while.</summary>
    public bool IsResting(Guid runId) => _failures.TryGetValue(runId, out var failures) && parts.Clock.GetUtcNow() < failures.NotBefore;

    /// <summary>How many more runs of this agent could wait here for their turn.</summary>
    public int RoomFor(Guid workspaceId, Guid agentId) => _turns.RoomFor(workspaceId, agentId);

    /// <summary>Runs of this agent were left in the database for want of room.</summary>
    public void Leave(Guid workspaceId, Guid agentId) => _turns.Leave(workspaceId, agentId);

    /// <summary>Called when runs that were left in the database because too many waited should be brought.</summary>
    public void WhenDrained(Action bring) => _turns.Drained = bring;

    /// <summary>This process's part of the limits that hold for all nodes together.</summary>
    public NodeShare Share { get; set; } = NodeShare.Alone;

    /// <summary>How many runs this process is driving or has taken on.</summary>
    public int Live => _live.Count;

    /// <summary>Completes when the next drive ends.</summary>
    public Task NextRest()
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return (Interlocked.CompareExchange(ref _rested, mine, null) ?? mine).Task;
    }

    /// <summary>
    /// Returns when the run has ended, waits or is parked, or when <paramref name="stop"/> asks to let go of it. The one place
    /// where a drive's exceptions are caught; what was not committed is done again by the next drive.
    /// </summary>
    public async Task Drive(Guid runId, CancellationToken stop)
    {
        _live.TryAdd(runId, 0);
        try
        {
            await InTurn(runId, stop);
            _failures.TryRemove(runId, out _);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            log.LogDebug("Let go of run {Run}", runId);
        }
        catch (Exception problem)
        {
            log.LogError(problem, "Run {Run} could not go on; it is tried again shortly", runId);
            if (!DatabaseIsAway(problem) && Failed(runId) >= MostFailures)
                await Poisoned(runId, problem, stop);
        }
        finally
        {
            _live.TryRemove(runId, out _);
            Interlocked.Exchange(ref _rested, null)?.TrySetResult();
        }
    }

    public void Dispose() => _looks.Dispose();

    /// <summary>
    /// While there is room a run goes straight in, and whose it is shows when it is loaded. In a crowd that is looked up first,
    /// and the run itself is loaded when its turn has come.
    /// </summary>
    private async Task InTurn(Guid runId, CancellationToken stop)
    {
        var turn = _turns.TryTake();
        try
        {
            while (true)
            {
                turn ??= await Queue(runId, stop);
                if (turn is null || await store.Find(runId, stop) is not { } loaded)
                    return;
                var run = loaded.Journal.Run;
                if (loaded.Lost is { } lost)
                {
                    await Park(loaded.Journal, "payloadLost", lost);
                    return;
                }
                var (graph, problem) = await agents.Find(run, stop);
                if (graph is null)
                {
                    await Park(loaded.Journal, "cannotRun", problem!);
                    return;
                }
                if (turn.IsFor(PlaceOf(RunPlace.Of(run, loaded.Workspace, loaded.Held), graph)))
                {
                    if (IsFresh(loaded) && await before.Lacks(run, graph.Definition, stop) is { } lacking)
                        await Park(loaded.Journal, "contextMissing", lacking);
                    else
                        await new RunDrive(parts, graph, loaded).Run(stop);
                    return;
                }
                turn.Dispose();
                turn = null;
            }
        }
        finally
        {
            turn?.Dispose();
        }
    }

    private static bool IsFresh(LoadedRun loaded) => loaded is { Held: false, Journal: { Steps.Count: 0, Run: { CancelRequestedAt: null, Ended: false, Status: not RunStatus.Parked } } };

    /// <summary>Null when the run is not to be driven now: it is gone, held, or so many of its agent wait that recovery brings it later.</summary>
    private async Task<Turn?> Queue(Guid runId, CancellationToken stop)
    {
        QueuePlace place;
        await _looks.WaitAsync(stop);
        try
        {
            if (await store.Where(runId, stop) is not { Held: false } whose)
                return null;
            place = PlaceOf(whose, (await agents.Find(whose.WorkspaceId, whose.VersionId, stop)).Graph);
        }
        finally
        {
            _looks.Release();
        }
        return await _turns.Wait(place, stop);
    }

    private QueuePlace PlaceOf(RunPlace whose, Graph? graph)
    {
        // The process's own limit is the process's; what a workspace and an agent may have is divided among all nodes.
        var most = options.RunsInFlightPerWorkspace > 0 ? options.RunsInFlightPerWorkspace : int.MaxValue;
        var (ofWorkspace, ofAgent) = (whose.MostOfWorkspace, graph?.Definition.Limits.RunsInFlight);
        return new QueuePlace(whose.WorkspaceId, whose.AgentId, ofWorkspace is { } all ? Math.Min(most, Share.Of(all)) : most, ofAgent is { } each ? Share.Of(each) : int.MaxValue);
    }

    private int Failed(Guid runId)
    {
        var now = new Failures(1, parts.Clock.GetUtcNow() + TimeSpan.FromSeconds(options.SweepSeconds));
        return _failures.AddOrUpdate(runId, now, (_, before) => now with { Count = before.Count + 1 }).Count;
    }

    private async Task Poisoned(Guid runId, Exception problem, CancellationToken stop)
    {
        try
        {
            if (await store.Find(runId, stop) is { } loaded)
                await Park(loaded.Journal, "failsAgainAndAgain", $"BizQ failed {MostFailures} times in a row to go on with this run, last with {problem.GetType().Name}. Its log says more. Try the run again once the cause is gone.");
            _failures.TryRemove(runId, out _);
        }
        catch (Exception worse) when (worse is not OperationCanceledException)
        {
            log.LogError(worse, "Run {Run} could not be parked", runId);
        }
    }

    private async Task Park(RunJournal journal, string code, string message)
    {
        if (journal.Run.Ended || journal.Run.Status == RunStatus.Parked)
            return;
        var entry = new JournalEntry(journal.Run);
        parts.Record.Conclude(journal, entry, new Decision.Park(code, message));
        await store.Commit(entry);
    }

    private static bool DatabaseIsAway(Exception problem)
    {
        for (Exception? cause = problem; cause is not null; cause = cause.InnerException)
        {
            if (cause is DbException { IsTransient: true })
                return true;
        }
        return false;
    }

    /// <summary>Unexpected failures of a run in a row, and until when it rests after the last.</summary>
    private sealed record Failures(int Count, DateTimeOffset NotBefore);
}
