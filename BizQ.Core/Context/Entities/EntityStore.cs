using System.Text.Json;
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

    /// <summary>What happened to the entity; null when it is as it was.</summary>
    public static EntityStep? Apply(BizQDb db, NewRows rows, EntityBatch.State state, EntityChange change, Actor actor, DateTimeOffset now)
    {
        rows.Facts.AddRange(change.Facts);
        foreach (var (old, newer) in change.Superseded)
            old.Supersede(newer);
        foreach (var fact in change.Confirmed)
            VerifyFact.Mark(fact, actor, now);
        foreach (var fact in change.Facts)
            state.Current[fact.Field] = fact;

        var entity = state.Entity;
        EntityStep? what = null;
        if (state.IsNew)
        {
            Set(entity, change, now);
            rows.Entities.Add(entity);
            (state.IsNew, state.Added, what) = (false, true, EntityStep.Added);
        }
        else if (entity.RemovedAt is not null || Differs(entity, change))
        {
            what = entity.RemovedAt is null ? EntityStep.Changed : EntityStep.Restored;
            Set(entity, change, now);
            state.Touched = true;
        }
        else if (change.Facts.Count > 0 || change.Confirmed.Count > 0)
            // Said again or vouched for: what is known stays the same, and so does the version, but those who look should see it.
            db.Tell(new(entity.WorkspaceId, "context", entity.Id));
        foreach (var fact in change.Facts)
            fact.InVersion = state.Version;
        if (state.Entry is null)
            rows.Entries.Add(state.Entry = EntryOf(entity));
        Index(entity, state.Entry, ObservedAt(state.Current.Values, entity));
        return what;
    }

    /// <summary>An empty entry in search; <see cref="Index"/> fills it.</summary>
    public static SearchEntry EntryOf(Entity entity) => new()
    {
        Id = entity.Id,
        WorkspaceId = entity.WorkspaceId,
        Kind = SearchKind.Entity,
        OwnerId = entity.Id,
        Type = entity.Type,
        Title = "",
        Text = "",
        ObservedAt = entity.UpdatedAt,
    };

    public static void Index(Entity entity, SearchEntry entry, DateTimeOffset observed)
    {
        entry.Title = entity.Name;
        entry.Text = EntityText.Of(entity.Data);
        entry.ObservedAt = observed;
    }

    public static DateTimeOffset ObservedAt(IEnumerable<Fact> current, Entity entity) => current.Select(f => f.ObservedAt).DefaultIfEmpty(entity.UpdatedAt).Max();

    private static void Set(Entity entity, EntityChange change, DateTimeOffset now)
    {
        entity.Data = change.Data;
        entity.Name = change.Name;
        entity.Key = change.Key;
        entity.RemovedAt = null;
        entity.UpdatedAt = now;
    }

    private static bool Differs(Entity entity, EntityChange change) =>
        entity.Name != change.Name || entity.Key != change.Key || !JsonElement.DeepEquals(entity.Data, change.Data);
}
