using BizQ.Core.Agents;
using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>An agent as it runs now, with what it says it needs.</summary>
internal sealed record KnownNeeds(Guid AgentId, Guid VersionId, AgentDefinition Definition)
{
    /// <summary>Agents beyond this are not judged on maps and lists; their own page judges them.</summary>
    private const int Most = 100;

    public static async Task<IReadOnlyList<KnownNeeds>> Load(BizQDb db, CancellationToken cancel)
    {
        var found = await (from agent in db.Agents.AsNoTracking()
                           join version in db.AgentVersions.AsNoTracking() on agent.CurrentVersionId equals version.Id
                           orderby agent.Id
                           select new { agent.Id, Version = version.Id, version.Definition }).Take(Most).ToListAsync(cancel);
        return [.. found.Select(a => new KnownNeeds(a.Id, a.Version, Json.Read<AgentDefinition>(a.Definition)!)).Where(a => a.Definition.Needs.Count > 0)];
    }
}
