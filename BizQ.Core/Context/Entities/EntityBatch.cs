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
    public List<EntityVersion> Versions { get; } = [];

    public async Task Insert(BizQDb db, CancellationToken cancel)
    {
        if (Facts.Count < Many)
        {
            db.AddRange(Entities);
            db.AddRange(Facts);
            db.AddRange(Entries);
            db.AddRange(Versions);
            return;
        }
        await db.Insert(Entities, cancel);
        await db.Insert(Facts, cancel);
        await db.Insert(Entries, cancel);
        await db.Insert(Versions, cancel);
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
    private readonly KeepConflicts _conflicts = new(db, actor, ids, now);
    private readonly Dictionary<State, (EntityStep Step, WriteEntityRequest Request)> _changed = [];
    private readonly HashSet<State> _written = [];
    private readonly Dictionary<Guid, State> _byId = [];
    private readonly Dictionary<(string Type, string Key), State> _byKey = [];

    public async Task Load(IReadOnlyList<WriteEntityRequest> requests, CancellationToken cancel)
    {
        _conflicts.Expect(requests);
        foreach (var chunk in requests.Select(r => r.Id).OfType<Guid>().Distinct().Chunk(Chunk))
            await Load(db.Entities.Where(e => chunk.Contains(e.Id)), cancel);
        foreach (var type in requests.GroupBy(r => EntityLimits.NormalType(r.Type)))
        {
            foreach (var chunk in type.Select(r => KeyOf(r, type.Key)).OfType<string>().Distinct().Chunk(Chunk))
                await Load(db.Entities.Where(e => e.Type == type.Key && chunk.Contains(e.LookupKey)), cancel);
        }
    }

    /// <summary>What the last write did to its entity; null when it left it as it was.</summary>
    public EntityStep? LastStep { get; private set; }

    /// <summary>Whether the entity that this is about is there, or has been written in this batch.</summary>
    public bool IsThere(WriteEntityRequest request) =>
        KeyOf(request, EntityLimits.NormalType(request.Type)) is { } key && _byKey.GetValueOrDefault((EntityLimits.NormalType(request.Type), key)) is { Entity.RemovedAt: null };

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

        var state = known ?? new State(EntityStore.Blank(actor.WorkspaceId, type, ids.New(), now), isNew: true) { SameSource = _conflicts.SameSource };
        var change = EntityChange.Of(state, request, actor, ids, now);
        if (Lookup.Of(change.Key) is { } taken && _byKey.TryGetValue((type, taken), out var holder) && holder.Entity.Id != state.Entity.Id)
            return Refusal.Conflict("keyTaken", $"There is already a {type} with the key {change.Key}. Edit that one, or give this one another key.");
        // Written twice in one batch it has changed once, and was added if it was not there before.
        LastStep = EntityStore.Apply(db, _rows, state, change, actor, now);
        if (LastStep is { } what)
            _changed.TryAdd(state, (what, request));
        _conflicts.Add(state, change, request);
        _written.Add(state);
        Remember(state);
        return state.Entity;
    }

    /// <summary>Saves everything written so far in one transaction. After it, the entities hold what their writer may see.</summary>
    public async Task Save(CancellationToken cancel)
    {
        var references = new KeepReferences(db, await EntityTypes.Catalogue(db, cancel), actor.Name, ids, now);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await references.Start(_written.Select(s => s.Entity.Type).Distinct(), cancel);
        _rows.Versions.AddRange(_changed.Select(c => EntityVersion.Of(c.Key.Entity, c.Key.Version, c.Value.Step, actor, c.Value.Request, ids.New(), now)));
        await _rows.Insert(db, cancel);
        await TellEvents.Changed(db, actor, [.. _changed.Select(c => (c.Key.Entity, c.Value.Step == EntityStep.Changed ? "changed" : "added"))], ids, now, cancel);
        await db.SaveChangesAsync(cancel);
        await references.Run(_written, cancel);
        // What was told of the relations goes out with the transaction.
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        await Access.Cover(db, actor, [.. _written.Where(s => s.Hidden.Count > 0).Select(s => s.Entity)], cancel);
    }

    private async Task Load(IQueryable<Entity> query, CancellationToken cancel)
    {
        var found = (await query.ToListAsync(cancel)).Where(e => !_byId.ContainsKey(e.Id)).ToList();
        if (found.Count == 0)
            return;
        var loaded = found.Select(e => e.Id).ToList();
        var facts = (await db.Facts.Where(f => loaded.Contains(f.EntityId) && f.SupersededBy == null).ToListAsync(cancel)).ToLookup(f => f.EntityId);
        var entries = await db.SearchEntries.Where(s => loaded.Contains(s.Id)).ToDictionaryAsync(s => s.Id, cancel);
        var hidden = await Access.HiddenFields(db, actor, loaded, cancel);
        await _conflicts.Load(loaded, facts, cancel);
        foreach (var entity in found)
        {
            var state = new State(entity, isNew: false) { Entry = entries.GetValueOrDefault(entity.Id), Hidden = hidden[entity.Id].ToHashSet(StringComparer.Ordinal), SameSource = _conflicts.SameSource };
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

    internal sealed class State(Entity entity, bool isNew)
    {
        public Entity Entity => entity;
        public bool IsNew { get; set; } = isNew;
        /// <summary>Made in this batch.</summary>
        public bool Added { get; set; }
        /// <summary>Changed in this batch, which saving counts up once.</summary>
        public bool Touched { get; set; }
        /// <summary>The version it will be in when the batch is saved.</summary>
        public int Version => Touched && !Added ? entity.Version + 1 : entity.Version;
        public SearchEntry? Entry { get; set; }
        /// <summary>Fields its writer may not see.</summary>
        public IReadOnlySet<string> Hidden { get; init; } = new HashSet<string>();
        /// <summary>Whether a request speaks for the same source as a fact.</summary>
        public required Func<Fact, WriteEntityRequest, bool> SameSource { get; init; }
        public Dictionary<string, Fact> Current { get; } = new(StringComparer.Ordinal);
    }
}
