using System.Collections.Concurrent;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Triggers;

/// <summary>What starts a version of an agent. A version never changes, so its definition is read once and not for every webhook, event and message.</summary>
public sealed class VersionTriggers
{
    /// <summary>Versions kept; each takes a few hundred bytes. When there are more, reading begins anew.</summary>
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<Guid, IReadOnlyList<TriggerDefinition>> _known = new();

    /// <param name="db">Open for the version's workspace, or with its filter lifted.</param>
    public async Task<IReadOnlyList<TriggerDefinition>> Of(BizQDb db, Guid versionId, CancellationToken cancel)
    {
        if (_known.TryGetValue(versionId, out var known))
            return known;
        var found = await db.AgentVersions.IgnoreQueryFilters([BizQDb.WorkspaceFilter]).AsNoTracking()
            .Where(v => v.Id == versionId).Select(v => new { v.Definition }).FirstOrDefaultAsync(cancel);
        var triggers = found is null ? null : Json.Read<AgentDefinition>(found.Definition)?.Triggers;
        if (_known.Count >= Most)
            _known.Clear();
        return _known[versionId] = triggers ?? [];
    }
}
