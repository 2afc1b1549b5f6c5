using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>
/// The conflicts of the entities that one batch writes: what it says against what is believed becomes one, and what people say of a
/// field settles those that were open about it.
/// </summary>
internal sealed class KeepConflicts(BizQDb db, Actor actor, Ids ids, DateTimeOffset now)
{
    private readonly Dictionary<Guid, List<Conflict>> _known = [];
    private readonly HashSet<Guid> _sources = [];

    // Versions of one document by the first of them; what is not here any more speaks for nobody.
    private readonly Dictionary<Guid, (Guid First, bool Gone)> _documents = [];
    private bool _mayContradict;

    public void Expect(IReadOnlyList<WriteEntityRequest> requests)
    {
        _mayContradict = requests.Any(r => r.Source is SourceKind.Document or SourceKind.Mail or SourceKind.Inferred);
        _sources.UnionWith(requests.Where(r => r.Source == SourceKind.Document).Select(r => r.Place?.SourceId).OfType<Guid>());
    }

    public async Task Load(List<Guid> entities, ILookup<Guid, Fact> facts, CancellationToken cancel)
    {
        foreach (var conflict in await db.Conflicts.Where(c => entities.Contains(c.EntityId) && (c.State == ConflictState.Open || _mayContradict)).ToListAsync(cancel))
        {
            if (!_known.TryGetValue(conflict.EntityId, out var list))
                _known[conflict.EntityId] = list = [];
            list.Add(conflict);
        }
        if (_mayContradict)
        {
            var sources = facts.SelectMany(g => g).Where(f => f.Source == SourceKind.Document).Select(f => f.SourceId).OfType<Guid>().Concat(_sources).Where(id => !_documents.ContainsKey(id)).ToHashSet();
            foreach (var document in await db.Documents.Where(d => sources.Contains(d.Id)).Select(d => new { d.Id, d.FirstId, Gone = d.RemovedAt != null || d.ReplacedBy != null }).ToListAsync(cancel))
                _documents[document.Id] = (document.FirstId ?? document.Id, document.Gone);
        }
    }

    /// <summary>Puts what follows from a change for conflicts into the context.</summary>
    public void Add(EntityBatch.State state, EntityChange change, WriteEntityRequest request)
    {
        var known = _known.GetValueOrDefault(state.Entity.Id) ?? [];
        if (request.Settles || request.Source is SourceKind.Person or SourceKind.Interview)
        {
            var said = change.Superseded.Select(s => s.New.Field).ToHashSet(StringComparer.Ordinal);
            foreach (var open in known.Where(c => c.State == ConflictState.Open && said.Contains(c.Field)))
                open.Close(ConflictState.Overtaken, actor, now);
        }
        foreach (var (believed, claim) in change.Claims)
        {
            var key = Contradiction.KeyOf(claim, request);
            // What was decided once is not asked again; what is asked already is not asked twice.
            if (known.Any(c => c.Field == believed.Field && c.ClaimKey == key && c.State is ConflictState.Open or ConflictState.Kept or ConflictState.Dated))
                continue;
            var conflict = Of(believed, claim, key, request);
            db.Add(conflict);
            known.Add(conflict);
            _known[state.Entity.Id] = known;
        }
    }

    private Conflict Of(Fact believed, JsonElement claim, string key, WriteEntityRequest request) => new()
    {
        Id = ids.New(),
        WorkspaceId = believed.WorkspaceId,
        EntityId = believed.EntityId,
        Field = believed.Field,
        FactId = believed.Id,
        Claim = claim,
        ClaimKey = key,
        Source = request.Source,
        SourceName = request.SourceName,
        SourceId = request.Place?.SourceId,
        PassageId = request.Place?.PassageId,
        PageNumber = request.Place?.Page,
        ObservedAt = request.ObservedAt?.ToUniversalTime() ?? now,
        Confidence = request.Confidence ?? (request.Source == SourceKind.Inferred ? EntityChange.InferredConfidence : 1),
        FoundAt = now,
    };

    /// <summary>Whether a request speaks for the same source as a fact, or for a newer version of it.</summary>
    public bool SameSource(Fact fact, WriteEntityRequest request)
    {
        if (fact.Source != SourceKind.Document || fact.SourceId is not { } document)
            return fact.Source == request.Source && fact.SourceId == request.Place?.SourceId && fact.SourceName == request.SourceName;
        if (!_documents.TryGetValue(document, out var of) || of.Gone)
            return true;
        return request.Source == SourceKind.Document && request.Place?.SourceId is { } other && _documents.TryGetValue(other, out var asked) && asked.First == of.First;
    }
}
