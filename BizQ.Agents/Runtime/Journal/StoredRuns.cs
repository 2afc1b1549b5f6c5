using BizQ.Agents.Runtime.Turns;
using BizQ.Core.Data.Rows;

namespace BizQ.Agents.Runtime.Journal;

/// <summary>The runs in the database.</summary>
public sealed class StoredRuns(LoadRun load, GroupCommit writer) : IRunStore
{
    public Task<LoadedRun?> Find(Guid runId, CancellationToken cancel) => load.Find(runId, cancel);

    public Task<RunPlace?> Where(Guid runId, CancellationToken cancel) => load.Where(runId, cancel);

    public Task<bool> Commit(JournalEntry entry) => writer.Commit(entry.ToRows());
}
