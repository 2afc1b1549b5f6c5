using BizQ.Core.Data;
using BizQ.Core.Data.Postgres;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>
/// Makes relations of the references in what was just written, and of those that waited for it, in the transaction of the write. A
/// reference to something nobody has told of yet is kept as an <see cref="OpenReference"/>.
/// </summary>
internal sealed class KeepReferences(BizQDb db, TypeCatalogue types, string byName, Ids ids, DateTimeOffset now)
{
    // Parameters of one query; SQLite takes 32,766.
    private const int Chunk = 1000;

    private readonly List<Relation> _relations = [];
    private readonly List<OpenReference> _open = [];

    /// <summary>Before the first row of the transaction is written.</summary>
    public async Task Start(IEnumerable<string> written, CancellationToken cancel)
    {
        // One who refers to a key and one who adds it at the same moment must not miss each other: on PostgreSQL neither sees the
        // other's rows. SQLite has one writer anyway.
        if (db is PostgresBizQDb && written.Any(t => types.References.Any(r => r.Owner == t || r.Reference.Type == t)))
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({db.CurrentWorkspace.ToString()}, 1))", cancel);
    }

    /// <summary>After the entities and facts are in the database, so that a batch can refer to itself.</summary>
    public async Task Run(IReadOnlyCollection<EntityBatch.State> written, CancellationToken cancel)
    {
        var sources = written.Where(s => types.Of(s.Entity.Type) is { References.Count: > 0 }).ToList();
        var targets = written.Where(s => types.References.Any(r => r.Reference.Type == s.Entity.Type)).ToList();
        foreach (var chunk in sources.Where(s => !s.Added).Chunk(Chunk))
        {
            var from = chunk.Select(s => s.Entity.Id).ToList();
            await db.OpenReferences.Where(o => from.Contains(o.EntityId)).ExecuteDeleteAsync(cancel);
        }
        foreach (var chunk in targets.Chunk(Chunk))
            await Answer(chunk, cancel);
        foreach (var chunk in sources.Chunk(Chunk))
            await Follow(chunk, cancel);
        await db.Insert(_relations, cancel);
        await db.Insert(_open, cancel);
        foreach (var id in _relations.SelectMany(r => new[] { r.FromId, r.ToId }).Distinct())
            db.Tell(new(db.CurrentWorkspace, "context", id));
    }

    /// <summary>What these entities refer to.</summary>
    private async Task Follow(IReadOnlyList<EntityBatch.State> sources, CancellationToken cancel)
    {
        var wanted = sources.SelectMany(s => types.Of(s.Entity.Type)!.References.SelectMany(r => r.KeysIn(s.Entity.Data).Select(key => new Wanted(s, r, key)))).ToList();
        var known = await Targets(wanted, cancel);
        var old = (await Holding(sources.Where(s => !s.Added).Select(s => s.Entity.Id).ToList(), cancel)).ToLookup(r => r.FromId);
        HashSet<(Guid, string, Guid)> held = [.. old.SelectMany(r => r).Select(r => (r.FromId, r.Kind, r.ToId))];
        HashSet<(Guid, string, Guid)> desired = [];
        foreach (var want in wanted)
        {
            var from = want.From.Entity.Id;
            if (!known.TryGetValue((want.Reference.Type, want.Reference.By, want.Key), out var to))
                _open.Add(OpenOf(want));
            else if (to != from && desired.Add((from, want.Reference.Kind, to)) && !held.Contains((from, want.Reference.Kind, to)))
                _relations.Add(RelationOf(want, to));
        }
        var ended = old.SelectMany(r => r).Where(r => r.Field is not null && !desired.Contains((r.FromId, r.Kind, r.ToId))).ToList();
        foreach (var chunk in ended.Select(r => r.Id).Chunk(Chunk))
            await db.Relations.Where(r => chunk.Contains(r.Id)).ExecuteUpdateAsync(set => set.SetProperty(r => r.EndedAt, now).SetProperty(r => r.EndedByName, byName), cancel);
        foreach (var id in ended.SelectMany(r => new[] { r.FromId, r.ToId }).Distinct())
            db.Tell(new(db.CurrentWorkspace, "context", id));
    }

    /// <summary>What waited for these entities, and has found them now.</summary>
    private async Task Answer(IReadOnlyList<EntityBatch.State> targets, CancellationToken cancel)
    {
        foreach (var (type, by) in types.References.Select(r => (r.Reference.Type, r.Reference.By)).Distinct())
        {
            var found = targets.Where(s => s.Entity.Type == type && NameOf(s, by) is not null).GroupBy(s => NameOf(s, by)!).ToDictionary(g => g.Key, g => g.First().Entity.Id);
            if (found.Count == 0)
                continue;
            var keys = found.Keys.ToList();
            var open = await db.OpenReferences.AsNoTracking().Where(o => o.TargetType == type && o.TargetField == by && keys.Contains(o.TargetKey)).ToListAsync(cancel);
            var held = (await Holding([.. open.Select(o => o.EntityId).Distinct()], cancel)).Select(r => (r.FromId, r.Kind, r.ToId)).ToHashSet();
            _relations.AddRange(open.Where(o => found[o.TargetKey] != o.EntityId && held.Add((o.EntityId, o.Kind, found[o.TargetKey]))).Select(o => RelationOf(o, found[o.TargetKey])));
            foreach (var chunk in open.Select(o => o.Id).Chunk(Chunk))
                await db.OpenReferences.Where(o => chunk.Contains(o.Id)).ExecuteDeleteAsync(cancel);
        }
    }

    private async Task<Dictionary<(string Type, string By, string Key), Guid>> Targets(List<Wanted> wanted, CancellationToken cancel)
    {
        Dictionary<(string, string, string), Guid> found = [];
        foreach (var group in wanted.GroupBy(w => (w.Reference.Type, w.Reference.By)))
        {
            var (type, by) = group.Key;
            var there = db.Entities.AsNoTracking().Where(e => e.Type == type && e.RemovedAt == null);
            foreach (var keys in group.Select(w => w.Key).Distinct().Chunk(Chunk))
            {
                var named = by.Length == 0
                    ? there.Where(e => keys.Contains(e.LookupKey)).Select(e => new { e.Id, Key = e.LookupKey! })
                    : db.Facts.AsNoTracking().Where(f => f.Field == by && f.SupersededBy == null && keys.Contains(f.Lookup))
                        .Join(there, f => f.EntityId, e => e.Id, (f, e) => new { e.Id, Key = f.Lookup! });
                // Where several answer to a name, the one known longest is meant.
                foreach (var target in (await named.ToListAsync(cancel)).OrderBy(t => t.Id))
                    found.TryAdd((type, by, target.Key), target.Id);
            }
        }
        return found;
    }

    private async Task<List<Relation>> Holding(List<Guid> from, CancellationToken cancel)
    {
        List<Relation> holding = [];
        foreach (var chunk in from.Chunk(Chunk))
            holding.AddRange(await db.Relations.AsNoTracking().Where(r => chunk.Contains(r.FromId) && r.EndedAt == null).ToListAsync(cancel));
        return holding;
    }

    private static string? NameOf(EntityBatch.State state, string by) => by.Length == 0 ? state.Entity.LookupKey : state.Current.GetValueOrDefault(by)?.Lookup;

    private Relation RelationOf(Wanted want, Guid to)
    {
        var fact = want.From.Current[want.Reference.Field];
        return new Relation
        {
            Id = ids.New(),
            WorkspaceId = db.CurrentWorkspace,
            FromId = want.From.Entity.Id,
            Kind = want.Reference.Kind,
            ToId = to,
            Field = want.Reference.Field,
            Source = fact.Source,
            SourceName = fact.SourceName,
            SourceId = fact.SourceId,
            PassageId = fact.PassageId,
            PageNumber = fact.PageNumber,
            ObservedAt = fact.ObservedAt,
            RecordedAt = now,
            ValidFrom = fact.ValidFrom,
            ValidTo = fact.ValidTo,
            Confidence = fact.Confidence,
        };
    }

    private Relation RelationOf(OpenReference open, Guid to) => new()
    {
        Id = ids.New(),
        WorkspaceId = db.CurrentWorkspace,
        FromId = open.EntityId,
        Kind = open.Kind,
        ToId = to,
        Field = open.Field,
        Source = open.Source,
        SourceName = open.SourceName,
        ObservedAt = open.ObservedAt,
        RecordedAt = now,
    };

    private OpenReference OpenOf(Wanted want)
    {
        var fact = want.From.Current[want.Reference.Field];
        return new OpenReference
        {
            Id = ids.New(),
            WorkspaceId = db.CurrentWorkspace,
            EntityId = want.From.Entity.Id,
            Field = want.Reference.Field,
            Kind = want.Reference.Kind,
            TargetType = want.Reference.Type,
            TargetField = want.Reference.By,
            TargetKey = want.Key,
            Source = fact.Source,
            SourceName = fact.SourceName,
            ObservedAt = fact.ObservedAt,
        };
    }

    private sealed record Wanted(EntityBatch.State From, EntityReference Reference, string Key);
}
