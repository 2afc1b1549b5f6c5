using BizQ.Core.Data;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Context;

/// <summary>Puts a decided change into the rows: the facts, the entity they add up to, and its entry in search.</summary>
internal static class EntityStore
{
    public static Entity Blank(Guid workspaceId, string type, Guid id, DateTimeOffset now) => new()
    {
        Id = id,
        WorkspaceId = workspaceId,
        Type = type,
        Name = "",
        Data = Json.EmptyObject,
        CreatedAt = now,
        UpdatedAt = now,
    };

    public static void Apply(BizQDb db, Entity entity, bool isNew, SearchEntry? entry, IEnumerable<Fact> current, EntityChange change, Actor actor, DateTimeOffset now)
    {
        db.Facts.AddRange(change.Facts);
        foreach (var (old, newer) in change.Superseded)
            old.SupersededBy = newer.Id;
        foreach (var fact in change.Confirmed)
            VerifyFact.Mark(fact, actor, now);
        if (isNew)
            db.Entities.Add(entity);
        if (isNew || entity.RemovedAt is not null || Differs(entity, change))
        {
            entity.Data = change.Data;
            entity.Name = change.Name;
            entity.Key = change.Key;
            entity.RemovedAt = null;
            entity.UpdatedAt = now;
        }
        else if (change.Facts.Count > 0 || change.Confirmed.Count > 0)
        {
            // Said again or vouched for: what is known stays the same, so the version does too, but those who look should see it.
            db.Tell(new(entity.WorkspaceId, "context", entity.Id));
        }
        var observed = current.Where(f => f.SupersededBy is null).Concat(change.Facts).Select(f => f.ObservedAt).DefaultIfEmpty(now).Max();
        Index(db, entity, entry, observed);
    }

    /// <summary>Writes or renews the entity's entry in search.</summary>
    public static void Index(BizQDb db, Entity entity, SearchEntry? entry, DateTimeOffset observed)
    {
        if (entry is null)
        {
            entry = new SearchEntry
            {
                Id = entity.Id,
                WorkspaceId = entity.WorkspaceId,
                Kind = SearchKind.Entity,
                OwnerId = entity.Id,
                Type = entity.Type,
                Title = "",
                Text = "",
                ObservedAt = observed,
            };
            db.SearchEntries.Add(entry);
        }
        entry.Title = entity.Name;
        entry.Text = EntityText.Of(entity.Data);
        entry.ObservedAt = observed;
    }

    private static bool Differs(Entity entity, EntityChange change) =>
        entity.Name != change.Name || entity.Key != change.Key || !System.Text.Json.JsonElement.DeepEquals(entity.Data, change.Data);
}
