using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>A type of entity and how many there are.</summary>
public sealed record EntityType(string Type, int Count);

/// <summary>A field that entities of a type usually have, and what it holds in the newest of them.</summary>
public sealed record EntityField(string Name, JsonElement Example);

/// <summary>What types of things the business knows of, the most frequent first.</summary>
public sealed class CountEntities(BizQDatabase database)
{
    public async Task<Outcome<IReadOnlyList<EntityType>>> Run(Actor actor, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        var counts = await db.Entities.Where(e => e.RemovedAt == null).GroupBy(e => e.Type).Select(g => new { Type = g.Key, Count = g.Count() }).ToListAsync(cancel);
        return counts.OrderByDescending(c => c.Count).ThenBy(c => c.Type, StringComparer.Ordinal).Select(c => new EntityType(c.Type, c.Count)).ToList();
    }

    /// <summary>The fields entities of a type have, the most frequent first: what a form for a new one asks for.</summary>
    public async Task<Outcome<IReadOnlyList<EntityField>>> Fields(Actor actor, string type, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        var normal = EntityLimits.NormalType(type);
        await using var db = database.Open(actor.WorkspaceId);
        // The last ones tell what is usual; their order is kept.
        var recent = await db.Entities.AsNoTracking().Where(e => e.Type == normal && e.RemovedAt == null).OrderByDescending(e => e.Id).Take(Looked).Select(e => e.Data).ToListAsync(cancel);
        return recent.SelectMany(data => data.EnumerateObject().Select((p, i) => (p.Name, p.Value, At: i))).GroupBy(p => p.Name)
            .Where(g => g.Count() * 4 >= recent.Count).OrderBy(g => g.Average(p => p.At)).Select(g => new EntityField(g.Key, g.First().Value)).ToList();
    }

    private const int Looked = 40;
}
