using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>What is said about one entity.</summary>
/// <param name="Id">The entity to edit as a whole. Null: the one of this type with the key, or a new one.</param>
/// <param name="Name">Null: taken from the data (name, title, number, …).</param>
/// <param name="Key">Null: taken from the data (key, id, number, a person's e-mail, …); none is fine.</param>
/// <param name="SourceName">Who or what says so, for people: "Anna Berg", "Price list, page 2".</param>
/// <param name="Verified">The actor stands for what is said.</param>
/// <param name="ObservedAt">When it was so; null for now.</param>
/// <param name="ExpectedVersion">The version the writer has seen; when another is there, the write is refused.</param>
public sealed record WriteEntityRequest(
    Guid? Id,
    string Type,
    string? Name,
    string? Key,
    JsonElement Data,
    SourceKind Source,
    string SourceName,
    bool Verified = false,
    DateTimeOffset? ObservedAt = null,
    int? ExpectedVersion = null);

/// <summary>Writes what is said about an entity as facts, and the entity as what they add up to.</summary>
public sealed class WriteEntity(BizQDatabase database, Ids ids, TimeProvider clock)
{
    // Each attempt loses only to a writer that won, so a handful of tries outlasts any burst on one entity.
    private const int Attempts = 8;

    public async Task<Outcome<Entity>> Run(Actor actor, WriteEntityRequest request, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        if (EntityLimits.Check(request) is { } wrong)
            return wrong;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await Write(actor, request, cancel);
            }
            catch (DbUpdateException problem) when (problem is DbUpdateConcurrencyException || problem.IsUniqueViolation())
            {
                if (request.ExpectedVersion is not null || attempt == Attempts)
                    return ChangedMeanwhile(request);
            }
        }
    }

    private async Task<Outcome<Entity>> Write(Actor actor, WriteEntityRequest request, CancellationToken cancel)
    {
        await using var db = database.Open(actor.WorkspaceId);
        var type = EntityLimits.NormalType(request.Type);
        var found = await Find(db, type, request, cancel);
        if (request.Id is not null && found is not { RemovedAt: null })
            return Refusal.NotFound("entity");
        if (found is not null && found.Type != type)
            return Refusal.Invalid("typeFixed", $"{found.Name} is a {found.Type}; its type cannot change. Make a new {type} instead.", new Problem("/type", $"Must stay {found.Type}."));
        if (request.ExpectedVersion is { } expected && expected != (found?.Version ?? 0))
            return ChangedMeanwhile(request, found);

        var now = clock.GetUtcNow();
        var entity = found ?? EntityStore.Blank(actor.WorkspaceId, type, ids.New(), now);
        var current = found is null ? [] : await db.Facts.Where(f => f.EntityId == found.Id && f.SupersededBy == null).ToDictionaryAsync(f => f.Field, StringComparer.Ordinal, cancel);
        var entry = found is null ? null : await db.SearchEntries.FirstOrDefaultAsync(s => s.Id == found.Id, cancel);
        var change = EntityChange.Of(entity, found is null, current, request, actor, ids, now);
        if (await KeyIsTaken(db, entity, change.Key, cancel))
            return Refusal.Conflict("keyTaken", $"There is already a {type} with the key {change.Key}. Edit that one, or give this one another key.");
        EntityStore.Apply(db, entity, found is null, entry, current.Values, change, actor, now);
        await db.SaveChangesAsync(cancel);
        return entity;
    }

    private static Task<Entity?> Find(BizQDb db, string type, WriteEntityRequest request, CancellationToken cancel)
    {
        if (request.Id is { } id)
            return db.Entities.FirstOrDefaultAsync(e => e.Id == id, cancel);
        var key = Lookup.Of(request.Key ?? EntityText.KeyOf(type, request.Data));
        return key is null ? Task.FromResult<Entity?>(null) : db.Entities.FirstOrDefaultAsync(e => e.Type == type && e.LookupKey == key, cancel);
    }

    private static async Task<bool> KeyIsTaken(BizQDb db, Entity entity, string? key, CancellationToken cancel) =>
        Lookup.Of(key) is { } lookup && lookup != entity.LookupKey
        && await db.Entities.AnyAsync(e => e.Type == entity.Type && e.LookupKey == lookup && e.Id != entity.Id, cancel);

    private static Refusal ChangedMeanwhile(WriteEntityRequest request, Entity? found = null) => Refusal.Conflict("changedMeanwhile",
        found is null
            ? $"Somebody else wrote this {request.Type} at the same moment. Load it again and repeat your change."
            : $"{found.Name} has changed since you opened it: it is at version {found.Version}, you had version {request.ExpectedVersion}. Load it again and repeat your change.");
}
