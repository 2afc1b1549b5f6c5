using BizQ.Agents.Runtime.Turns;

namespace BizQ.Agents.Runtime.Journal;

/// <summary>
/// Where runs are kept, outside this process: all that the run loop asks of a database. In production it is one
/// (<see cref="StoredRuns"/>); the simulator puts a store in its place that crashes, answers late and forgets to answer.
/// </summary>
public interface IRunStore
{
    /// <summary>The run as it stands, with rows of its own that nobody else holds; null when there is none.</summary>
    Task<LoadedRun?> Find(Guid runId, CancellationToken cancel);

    /// <summary>Whose it is, in a crowd: cheaper than all of it where that can be.</summary>
    async Task<RunPlace?> Where(Guid runId, CancellationToken cancel) =>
        await Find(runId, cancel) is { } found ? RunPlace.Of(found.Journal.Run, found.Workspace, found.Held) : null;

    /// <summary>
    /// Returns once the entry is durably committed (true), or was refused because somebody else has written the run since it
    /// was read (false). Any other failure throws; then nothing is written, or the answer was lost on its way.
    /// </summary>
    Task<bool> Commit(JournalEntry entry);
}
