using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>Keeps a workspace's own type of entity, or its own reading of a built-in one, and takes it back.</summary>
public sealed class SaveEntityType(BizQDatabase database, TypeSchemas schemas, Ids ids, TimeProvider clock)
{
    /// <param name="expectedVersion">The version the person has seen (0 for none of their own yet); when another is there, it stays.</param>
    public async Task<Outcome<EntityTypeDetail>> Run(Actor actor, EntityTypeDefinition definition, int? expectedVersion, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        var type = definition with { Name = EntityLimits.NormalType(definition.Name) };
        if (await EntityTypeLimits.Check(type, schemas) is { } wrong)
            return wrong;
        var now = clock.GetUtcNow();
        await using var db = database.Open(actor.WorkspaceId);
        var known = await db.OwnEntityTypes.FirstOrDefaultAsync(t => t.Name == type.Name, cancel);
        if (expectedVersion is { } expected && expected != (known?.Version ?? 0))
            return Changed(type.Name);
        if (known is null && await db.OwnEntityTypes.CountAsync(cancel) >= EntityTypes.MostOwn)
            return Refusal.Conflict("tooManyTypes", $"This workspace has {EntityTypes.MostOwn} types of its own; remove one that is not used first.");
        if (known is null)
            db.OwnEntityTypes.Add(known = new OwnEntityType { Id = ids.New(), WorkspaceId = actor.WorkspaceId, Name = type.Name, Definition = Json.Element(type), CreatedAt = now, UpdatedAt = now });
        else
            (known.Definition, known.UpdatedAt) = (Json.Element(type), now);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException problem) when (problem.IsLostRace())
        {
            return Changed(type.Name);
        }
        var count = await db.Entities.CountAsync(e => e.Type == type.Name && e.RemovedAt == null, cancel);
        return new EntityTypeDetail(type.Name, TypeCatalogue.BuiltIn.ContainsKey(type.Name) ? TypeOrigin.Overridden : TypeOrigin.Own, type, count, known.Version);
    }

    /// <summary>Takes a workspace's own definition away. A built-in type is then read as BizQ reads it; any other must not be in use.</summary>
    public async Task<Outcome<Done>> Remove(Actor actor, string name, int? expectedVersion, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        var type = EntityLimits.NormalType(name);
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.OwnEntityTypes.FirstOrDefaultAsync(t => t.Name == type, cancel) is not { } own)
            return TypeCatalogue.BuiltIn.ContainsKey(type)
                ? Refusal.Conflict("builtInType", $"{type} is a type of BizQ's own and stays. Where it does not fit, save your own reading of it.")
                : EntityTypes.NotThere(type);
        if (expectedVersion is { } expected && expected != own.Version)
            return Changed(type);
        if (!TypeCatalogue.BuiltIn.ContainsKey(type) && await db.Entities.CountAsync(e => e.Type == type && e.RemovedAt == null, cancel) is > 0 and var used)
            return Refusal.Conflict("typeInUse", $"{used:N0} {EntityTypes.DefinitionOf(own).Plural.ToLowerInvariant()} are of this type. Remove them first, or keep the type.");
        db.OwnEntityTypes.Remove(own);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateConcurrencyException)
        {
            return Changed(type);
        }
        return new Done();
    }

    private static Refusal Changed(string type) =>
        Refusal.Stale("changedMeanwhile", $"Somebody else has changed the type {type} since you opened it. Load it again and repeat your change.");
}
