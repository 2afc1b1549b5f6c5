using BizQ.Agents.Runtime.Flow;
using BizQ.Agents.Runtime.Turns;
using BizQ.Agents.Waits;
using BizQ.Core.Agents;
using BizQ.Core.Data.Rows;
using BizQ.Core.Runs;

namespace BizQ.Agents.Runtime.Journal;

/// <summary>The runs in the database. What this process has accepted a moment ago is not read again, only whether its agent is paused by now.</summary>
/// <param name="after">Tells others what a commit means to them; null where there are none.</param>
public sealed class StoredRuns(LoadRun load, FreshRuns fresh, KnownAgents agents, GroupCommit writer, RunPayloads payloads, AfterCommit? after = null) : IRunStore
{
    public async Task<LoadedRun?> Find(Guid runId, CancellationToken cancel) =>
        fresh.Take(runId) is { } run && await agents.Find(run.WorkspaceId, run.AgentId, cancel) is { } known
            ? new LoadedRun(new RunJournal(run), known.Workspace, known.Agent.Status == AgentStatus.Paused)
            : await load.Find(runId, cancel);

    public async Task<RunPlace?> Where(Guid runId, CancellationToken cancel) =>
        fresh.Find(runId) is { } run && await agents.Find(run.WorkspaceId, run.AgentId, cancel) is { } known
            ? RunPlace.Of(run, known.Workspace, known.Agent.Status == AgentStatus.Paused)
            : await load.Where(runId, cancel);

    public async Task<bool> Commit(JournalEntry entry)
    {
        var row = await payloads.Going(entry.Run);
        if (!await writer.Commit(await entry.ToRows(row, payloads)))
            return false;
        entry.Run.Version = row.Version;
        if (after is not null)
            await after.Of(entry);
        return true;
    }
}
