using System.Text.Json;
using BizQ.Agents.Runtime.Flow;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;

namespace BizQ.Agents.Runtime;

/// <summary>The graphs of agent versions. A version never changes, so a graph is read and compiled once and kept while it is used.</summary>
public sealed class CompiledAgents(BizQDatabase database, RunPayloads payloads) : IDisposable
{
    /// <summary>Versions kept; a definition takes some ten kilobytes.</summary>
    private const int Most = 1000;

    private readonly MemoryCache _graphs = new(new MemoryCacheOptions { SizeLimit = Most });

    /// <summary>The graph of the run's version, in a run that another agent called with no more rights than that one has; or why there is none.</summary>
    public async Task<(Graph? Graph, string? Problem)> Find(Run run, CancellationToken cancel)
    {
        var found = await Find(run.WorkspaceId, run.AgentVersionId, cancel);
        if (found.Graph is not { } graph || run.ParentRunId is null)
            return found;
        await using var db = database.Open(run.WorkspaceId);
        return (graph.With(await ActWithin.Callers(db, payloads, run, graph.Definition, cancel)), null);
    }

    /// <summary>The graph, or why there is none.</summary>
    public async Task<(Graph? Graph, string? Problem)> Find(Guid workspaceId, Guid versionId, CancellationToken cancel)
    {
        if (_graphs.Get<Graph>(versionId) is { } known)
            return (known, null);
        await using var db = database.Open(workspaceId);
        var version = await db.AgentVersions.AsNoTracking().FirstOrDefaultAsync(v => v.Id == versionId, cancel);
        if (version is null)
            return (null, "The version of the agent that this run is pinned to is gone.");
        AgentDefinition? definition;
        try
        {
            definition = Json.Read<AgentDefinition>(version.Definition);
        }
        catch (JsonException problem)
        {
            return (null, $"The agent's definition cannot be read: {problem.Message}");
        }
        if (definition is null)
            return (null, "The agent's definition is empty.");
        var compiled = Graph.Compile(definition);
        if (compiled.Graph is not null)
            _graphs.Set(versionId, compiled.Graph, new MemoryCacheEntryOptions { Size = 1 });
        return compiled;
    }

    public void Dispose() => _graphs.Dispose();
}
