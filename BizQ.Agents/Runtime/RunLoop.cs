using System.Collections.Concurrent;
using System.Data.Common;
using BizQ.Agents.Runtime.Flow;
using BizQ.Agents.Runtime.Journal;
using BizQ.Core.Runs;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Runtime;

/// <summary>
/// The entry to a run: loads it, drives it as far as it goes, and keeps one that fails again and again from costing others
/// anything. One drive per run at a time is the caller's care; should two meet all the same, the fence lets one through.
/// </summary>
public sealed class RunLoop(IRunStore store, CompiledAgents agents, DriveParts parts, RuntimeOptions options, ILogger<RunLoop> log) : IDisposable
{
    /// <summary>Unexpected failures in a row after which a run is parked. Each is some 10 s apart, a sweep's distance.</summary>
    private const int MostFailures = 5;

    private readonly SemaphoreSlim _slots = new(options.RunsInFlight);
    private readonly ConcurrentDictionary<Guid, byte> _live = new();
    private readonly ConcurrentDictionary<Guid, int> _failures = new();
    private TaskCompletionSource _rest = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether this process is driving the run, or will as soon as there is a slot.</summary>
    public bool IsLive(Guid runId) => _live.ContainsKey(runId);

    /// <summary>How many runs this process is driving or has taken on.</summary>
    public int Live => _live.Count;

    /// <summary>Completes when the next drive ends.</summary>
    public Task NextRest => Volatile.Read(ref _rest).Task;

    /// <summary>
    /// Returns when the run has ended, waits or is parked, or when <paramref name="stop"/> asks to let go of it. The one place
    /// where a drive's exceptions are caught; what was not committed is done again by the next drive.
    /// </summary>
    public async Task Drive(Guid runId, CancellationToken stop)
    {
        _live.TryAdd(runId, 0);
        try
        {
            await _slots.WaitAsync(stop);
            try
            {
                await DriveOnce(runId, stop);
                _failures.TryRemove(runId, out _);
            }
            finally
            {
                _slots.Release();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            log.LogDebug("Let go of run {Run}", runId);
        }
        catch (Exception problem)
        {
            log.LogError(problem, "Run {Run} could not go on; it is tried again shortly", runId);
            if (!DatabaseIsAway(problem) && _failures.AddOrUpdate(runId, 1, (_, before) => before + 1) >= MostFailures)
                await Poisoned(runId, problem, stop);
        }
        finally
        {
            _live.TryRemove(runId, out _);
            Interlocked.Exchange(ref _rest, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        }
    }

    public void Dispose() => _slots.Dispose();

    private async Task DriveOnce(Guid runId, CancellationToken stop)
    {
        if (await store.Find(runId, stop) is not { } loaded)
            return;
        var (graph, problem) = await agents.Find(loaded.Journal.Run.WorkspaceId, loaded.Journal.Run.AgentVersionId, stop);
        if (graph is null)
            await Park(loaded.Journal, "cannotRun", problem!);
        else
            await new RunDrive(parts, graph, loaded).Run(stop);
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
}
