using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>Makes entities something a run can rely on: what they say, who said so last, and when.</summary>
public sealed class CiteEntities(BizQDatabase database)
{
    public async Task<Outcome<IReadOnlyList<Evidence>>> Run(Actor actor, IReadOnlyList<Entity> entities, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        if (entities.Count == 0)
            return new List<Evidence>();
        var ids = entities.Select(e => e.Id).ToList();
        await using var db = database.Open(actor.WorkspaceId);
        var said = await db.Facts
            .Where(f => ids.Contains(f.EntityId) && f.SupersededBy == null)
            .Select(f => new { f.EntityId, f.ObservedAt, f.SourceName })
            .ToListAsync(cancel);
        var latest = said.GroupBy(f => f.EntityId).ToDictionary(g => g.Key, g => g.MaxBy(f => f.ObservedAt)!);
        return entities.Select(e => new Evidence(
            "entity", e.Id, e.Type, e.Name,
            latest.TryGetValue(e.Id, out var fact) ? fact.SourceName : e.Type,
            latest.TryGetValue(e.Id, out var seen) ? seen.ObservedAt : e.UpdatedAt,
            e.Version, EntityText.Of(e.Data), e.Data, e.Id)).ToList();
    }
}
