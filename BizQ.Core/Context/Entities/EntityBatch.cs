using BizQ.Core.Data;
using BizQ.Core.Triggers;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>The rows a write adds.</summary>
internal sealed class NewRows
{
    // From here on a bulk insert is faster than tracking and saving.
    private const int Many = 200;

    public List<Entity> Entities { get; } = [];
    public List<Fact> Facts { get; } = [];
    public List<SearchEntry> Entries { get; } = [];

    public async Task Insert(BizQDb db, CancellationToken cancel)
    {
        if (Facts.Count < Many)
        {
            db.AddRange(Entities);
            db.AddRange(Facts);
            db.AddRange(Entries);
            return;
        }
        await db.Insert(Entities, cancel);
        await db.Insert(Facts, cancel);
        await db.Insert(Entries, cancel);
        foreach (var entity in Entities)
            db.Tell(new(entity.WorkspaceId, "context", entity.Id));
    }
}

/// <summary>Writes one or many entities in one context: everything is loaded first in a few queries, then decided in memory.</summary>
internal sealed class EntityBatch(BizQDb db, Actor actor, Ids ids, DateTimeOffset now)
{
    // Parameters of one query; SQLite takes 32,766.
    private const int Chunk = 1000;

    private readonly NewRows _rows = new();
    private readonly Dictionary<Entity, string> _changed = [];
    private readonly Dictionary<Guid, State> _byId = [];
    private readonly Dictionary<(string Type, string Key), State> _byKey = [];

    public async Task Load(IReadOnlyList<WriteEntityRequest> requests, CancellationToken cancel)
    {
        foreach (var chunk in requests.Select(r => r.Id).OfType<Guid>().Distinct().Chunk(Chunk))
            await Load(db.Entities.Where(e => chunk.Contains(e.Id)), cancel);
        foreach (var type in requests.GroupBy(r => EntityLimits.NormalType(r.Type)))
        {
            foreach (var chunk in type.Select(r => KeyOf(r, type.Key)).OfType<string>().Distinct().Chunk(Chunk))
                await Load(db.Entities.Where(e => e.Type == type.Key && chunk.Contains(e.LookupKey)), cancel);
        }
    }

    /// <summary>Decides one write and puts it into the context; nothing is saved yet.</summary>
    public Outcome<Entity> Write(WriteEntityRequest request)
    {
        var type = EntityLimits.NormalType(request.Type);
        var known = request.Id is { } id ? _byId.GetValueOrDefault(id) : KeyOf(request, type) is { } key ? _byKey.GetValueOrDefault((type, key)) : null;
        if (request.Id is not null && known is not { Entity.RemovedAt: null })
            return Refusal.NotFound("entity");
        if (known is not null && known.Entity.Type != type)
            return Refusal.Invalid("typeFixed", $"{known.Entity.Name} is a {known.Entity.Type}; its type cannot change. Make a new {type} instead.", new Problem("/type", $"Must stay {known.Entity.Type}."));
        if (request.ExpectedVersion is { } expected && expected != (known?.Entity.Version ?? 0))
            return WriteEntity.ChangedMeanwhile(request, known?.Entity);

        var state = known ?? new State(EntityStore.Blank(actor.WorkspaceId, type, ids.New(), now), IsNew: true);
        var change = EntityChange.Of(state.Entity, state.IsNew, state.Current, request, actor, ids, now);
        if (Lookup.Of(change.Key) is { } taken && _byKey.TryGetValue((type, taken), out var holder) && holder.Entity.Id != state.Entity.Id)
            return Refusal.Conflict("keyTaken", $"There is already a {type} with the key {change.Key}. Edit that one, or give this one another key.");
        // Written twice in one batch it has changed once, and was added if it was not there before.
        if (EntityStore.Apply(db, _rows, state, change, actor, now) is { } what)
            _changed.TryAdd(state.Entity, what);
        Remember(state);
        return state.Entity;
    }

    /// <summary>Saves everything written so far in one transaction.</summary>
    public async Task Save(CancellationToken cancel)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await _rows.Insert(db, cancel);
        await TellEvents.Changed(db, actor, [.. _changed.Select(c => (c.Key, c.Value))], ids, now, cancel);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    private async Task Load(IQueryable<Entity> query, CancellationToken cancel)
    {
        var found = (await query.ToListAsync(cancel)).Where(e => !_byId.ContainsKey(e.Id)).ToList();
        var loaded = found.Select(e => e.Id).ToList();
        var facts = (await db.Facts.Where(f => loaded.Contains(f.EntityId) && f.SupersededBy == null).ToListAsync(cancel)).ToLookup(f => f.EntityId);
        var entries = await db.SearchEntries.Where(s => loaded.Contains(s.Id)).ToDictionaryAsync(s => s.Id, cancel);
        foreach (var entity in found)
        {
            var state = new State(entity, IsNew: false) { Entry = entries.GetValueOrDefault(entity.Id) };
            foreach (var fact in facts[entity.Id])
                state.Current[fact.Field] = fact;
            Remember(state);
        }
    }

    private void Remember(State state)
    {
        _byId[state.Entity.Id] = state;
        if (state.Entity.LookupKey is { } key)
            _byKey[(state.Entity.Type, key)] = state;
    }

    private static string? KeyOf(WriteEntityRequest request, string type) => Lookup.Of(request.Key ?? EntityText.KeyOf(type, request.Data));

    internal sealed record State(Entity Entity, bool IsNew)
    {
        public bool IsNew { get; set; } = IsNew;
        public SearchEntry? Entry { get; set; }
        public Dictionary<string, Fact> Current { get; } = new(StringComparer.Ordinal);
    }
}
