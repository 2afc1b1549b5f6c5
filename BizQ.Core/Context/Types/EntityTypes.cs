using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <param name="Definition">Null where only entities name the type.</param>
/// <param name="Count">Entities of it that are there.</param>
/// <param name="Version">Of the workspace's own definition; 0 where it has none.</param>
public sealed record EntityTypeDetail(string Type, TypeOrigin Origin, EntityTypeDefinition? Definition, int Count, int Version);

/// <summary>The types of a workspace: what it can know of, what belongs to each, and how many there are.</summary>
public sealed class EntityTypes(BizQDatabase database)
{
    /// <summary>A workspace has no more types of its own than this, so that all of them can be looked at with every write.</summary>
    public const int MostOwn = 200;

    /// <summary>All types: those in use first, the most frequent before the others, then by name.</summary>
    public async Task<Outcome<IReadOnlyList<EntityTypeDetail>>> List(Actor actor, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        var own = await db.OwnEntityTypes.AsNoTracking().ToListAsync(cancel);
        var catalogue = CatalogueOf(own);
        var versions = own.ToDictionary(t => t.Name, t => t.Version);
        var counts = await db.Entities.Where(e => e.RemovedAt == null).GroupBy(e => e.Type).Select(g => new { Type = g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Type, g => g.Count, cancel);
        return catalogue.All.Select(t => t.Name).Union(counts.Keys)
            .Select(name => new EntityTypeDetail(name, catalogue.OriginOf(name), catalogue.Of(name), counts.GetValueOrDefault(name), versions.GetValueOrDefault(name)))
            .OrderByDescending(t => t.Count).ThenBy(t => t.Type, StringComparer.Ordinal).ToList();
    }

    public async Task<Outcome<EntityTypeDetail>> Read(Actor actor, string name, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        var type = EntityLimits.NormalType(name);
        await using var db = database.Open(actor.WorkspaceId);
        var own = await db.OwnEntityTypes.AsNoTracking().Where(t => t.Name == type).ToListAsync(cancel);
        var catalogue = CatalogueOf(own);
        var count = await db.Entities.CountAsync(e => e.Type == type && e.RemovedAt == null, cancel);
        return catalogue.Of(type) is null && count == 0
            ? NotThere(type)
            : new EntityTypeDetail(type, catalogue.OriginOf(type), catalogue.Of(type), count, own.SingleOrDefault()?.Version ?? 0);
    }

    /// <summary>The definitions alone, without counting: what judges entities and their facts.</summary>
    public async Task<Outcome<TypeCatalogue>> Catalogue(Actor actor, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        return await Catalogue(db, cancel);
    }

    internal static async Task<TypeCatalogue> Catalogue(BizQDb db, CancellationToken cancel) =>
        CatalogueOf(await db.OwnEntityTypes.AsNoTracking().ToListAsync(cancel));

    internal static Refusal NotThere(string type) =>
        new(RefusalKind.NotFound, "notFound", $"There is no type of entity called {CleanName(type)} here. The list of types names them all.");

    internal static EntityTypeDefinition DefinitionOf(OwnEntityType own) => Json.Read<EntityTypeDefinition>(own.Definition)!;

    private static TypeCatalogue CatalogueOf(IEnumerable<OwnEntityType> own) => new(own.Select(DefinitionOf));

    private static string CleanName(string type) => type.Length <= EntityLimits.TypeLength ? type : "that";
}
