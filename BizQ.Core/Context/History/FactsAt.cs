using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>
/// What was believed at a moment: facts that had been recorded by then, that none of those recorded by then had taken the place of,
/// and that held then. When something was observed says how old it is, not when it was known here.
/// </summary>
internal static class FactsAt
{
    public static IQueryable<Fact> BelievedAt(this IQueryable<Fact> facts, DateTimeOffset at) => facts.Where(f =>
        f.RecordedAt <= at && (f.SupersededAt == null || f.SupersededAt > at) && (f.ValidFrom == null || f.ValidFrom <= at) && (f.ValidTo == null || f.ValidTo > at));

    /// <summary>Entities that were there at a moment.</summary>
    public static IQueryable<Entity> ThereAt(this IQueryable<Entity> entities, BizQDb db, DateTimeOffset at) => entities.Where(e =>
        e.CreatedAt <= at
        && db.EntityVersions.Where(v => v.EntityId == e.Id && v.At <= at).OrderByDescending(v => v.Number).Select(v => (EntityStep?)v.Step).FirstOrDefault() != EntityStep.Removed);

    /// <summary>Each entity as it was believed to be, with the facts for it; two queries for all of them.</summary>
    public static async Task<List<EntityDetail>> Of(BizQDb db, Actor actor, IReadOnlyList<Entity> entities, DateTimeOffset at, CancellationToken cancel)
    {
        var ids = entities.Select(e => e.Id).ToList();
        var facts = (await db.Facts.AsNoTracking().ReadableBy(db, actor).Where(f => ids.Contains(f.EntityId)).BelievedAt(at).ToListAsync(cancel)).ToLookup(f => f.EntityId);
        var versions = (await db.EntityVersions.AsNoTracking().Where(v => ids.Contains(v.EntityId) && v.At <= at).ToListAsync(cancel)).ToLookup(v => v.EntityId);
        return [.. entities.Select(e => Past(e, Latest(facts[e.Id]), versions[e.Id].MaxBy(v => v.Number)))];
    }

    /// <summary>The fields of an entity in one of its versions, as far as their reader may see them.</summary>
    public static async Task<JsonElement> InVersion(BizQDb db, Actor reader, Guid entity, int number, CancellationToken cancel) =>
        DataOf(Latest(await db.Facts.ReadableBy(db, reader).AsNoTracking().Where(f => f.EntityId == entity && f.InVersion <= number
            && !db.Facts.Any(later => later.EntityId == entity && later.Field == f.Field && later.InVersion <= number && later.Id > f.Id)).ToListAsync(cancel)));

    private static EntityDetail Past(Entity now, List<Fact> facts, EntityVersion? version) => new(
        new Entity
        {
            Id = now.Id,
            WorkspaceId = now.WorkspaceId,
            Type = now.Type,
            Name = version?.Name ?? now.Name,
            Key = version is null ? now.Key : version.Key,
            Data = DataOf(facts),
            CreatedAt = now.CreatedAt,
            UpdatedAt = version?.At ?? now.CreatedAt,
            Version = version?.Number ?? 1,
        },
        facts);

    // While a newer fact is not valid yet, two hold for one field: the one recorded last is believed.
    private static List<Fact> Latest(IEnumerable<Fact> facts) =>
        [.. facts.GroupBy(f => f.Field).Select(g => g.MaxBy(f => f.Id)!).Where(f => f.Value.ValueKind != JsonValueKind.Null).OrderBy(f => f.Id)];

    private static JsonElement DataOf(List<Fact> facts) => Json.Element(facts.ToDictionary(f => f.Field, f => f.Value));
}
