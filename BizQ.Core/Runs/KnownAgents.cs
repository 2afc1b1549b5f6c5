using System.Collections.Concurrent;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Runs;

/// <summary>An agent and its workspace as they were last read. Shared: look, don't change.</summary>
public sealed record KnownAgent(Agent Agent, Workspace Workspace);

/// <summary>What starting a run needs to know of its agent, read once and kept until it changes: most runs are of agents that others ran a moment before.</summary>
public sealed class KnownAgents : IDisposable
{
    /// <summary>Agents kept; beyond it all are read anew.</summary>
    private const int Most = 10_000;

    /// <summary>What another node changed is told within a second; should that fail, it is noticed after this.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(Guid Workspace, Guid Agent), (KnownAgent Known, long Since)> _known = new();
    private readonly BizQDatabase _database;
    private readonly TimeProvider _clock;
    private readonly IDisposable _listening;

    /// <summary>Counts what was heard, so that nothing read before a change is kept after it.</summary>
    private long _changes;

    public KnownAgents(BizQDatabase database, ChangeFeed feed, TimeProvider clock)
    {
        (_database, _clock) = (database, clock);
        _listening = feed.SubscribeAll(Heard);
    }

    /// <summary>Null when the workspace has no such agent.</summary>
    public ValueTask<KnownAgent?> Find(Guid workspaceId, Guid agentId, CancellationToken cancel) =>
        _known.TryGetValue((workspaceId, agentId), out var kept) && _clock.GetElapsedTime(kept.Since) < Longest
            ? new(kept.Known)
            : new(Read(workspaceId, agentId, cancel));

    public void Dispose() => _listening.Dispose();

    private async Task<KnownAgent?> Read(Guid workspaceId, Guid agentId, CancellationToken cancel)
    {
        var (since, before) = (_clock.GetTimestamp(), Interlocked.Read(ref _changes));
        await using var db = _database.Open(workspaceId);
        var found = await (
            from agent in db.Agents.AsNoTracking()
            join workspace in db.Workspaces.AsNoTracking() on agent.WorkspaceId equals workspace.Id
            where agent.Id == agentId
            select new { Agent = agent, Workspace = workspace }).FirstOrDefaultAsync(cancel);
        if (found is null)
            return null;
        var known = new KnownAgent(found.Agent, found.Workspace);
        if (_known.Count >= Most)
            _known.Clear();
        _known[(workspaceId, agentId)] = (known, since);
        if (Interlocked.Read(ref _changes) != before)
            _known.TryRemove((workspaceId, agentId), out _);
        return known;
    }

    private void Heard(Change change)
    {
        if (change.MayBeAnything)
        {
            Interlocked.Increment(ref _changes);
            _known.Clear();
        }
        else if (change.IsIn("agents"))
        {
            Interlocked.Increment(ref _changes);
            _known.TryRemove((change.WorkspaceId, change.Id), out _);
        }
        else if (change.IsAbout("settings", change.WorkspaceId))
        {
            Interlocked.Increment(ref _changes);
            foreach (var key in _known.Keys.Where(k => k.Workspace == change.WorkspaceId))
                _known.TryRemove(key, out _);
        }
    }
}
