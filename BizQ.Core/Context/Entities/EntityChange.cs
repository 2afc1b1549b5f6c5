using System.Text.Json;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Context;

/// <summary>
/// What one write does to one entity: pure, from what is there and what is said. A write with an id is an edit of the whole
/// (a field left out is no longer known) and makes a fact of each field that differs. A write by key is a statement of the fields
/// it has: other fields stay, and a value said again at least <see cref="RestatedAfter"/> later is a new fact, because it was
/// seen again; freshness is counted in days, and an hourly import must not multiply the history.
/// </summary>
/// <param name="Claims">What was said that cannot hold beside what is believed: nothing follows from it until a person decides.</param>
internal sealed record EntityChange(
    JsonElement Data, string Name, string? Key, IReadOnlyList<Fact> Facts, IReadOnlyList<(Fact Old, Fact New)> Superseded, IReadOnlyList<Fact> Confirmed, IReadOnlyList<(Fact Believed, JsonElement Claim)> Claims)
{
    public static readonly TimeSpan RestatedAfter = TimeSpan.FromDays(1);

    /// <param name="state">What is there. Fields the writer may not see: leaving them out of an edit says nothing about them.</param>
    public static EntityChange Of(EntityBatch.State state, WriteEntityRequest request, Actor actor, Ids ids, DateTimeOffset now)
    {
        var (entity, isNew, current, hidden) = (state.Entity, state.IsNew, state.Current, state.Hidden);
        var edit = request.Id is not null && !request.Partial;
        var observed = request.ObservedAt?.ToUniversalTime() ?? now;
        var said = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in request.Data.EnumerateObject())
            said[property.Name] = property.Value.Clone();
        if (edit)
        {
            foreach (var gone in current.Where(f => !said.ContainsKey(f.Key) && !hidden.Contains(f.Key) && f.Value.Value.ValueKind != JsonValueKind.Null).Select(f => f.Key))
                said[gone] = _null;
        }
        List<Fact> facts = [];
        List<(Fact, Fact)> superseded = [];
        List<Fact> confirmed = [];
        List<(Fact, JsonElement)> claims = [];
        foreach (var (field, value) in said.ToList())
        {
            current.TryGetValue(field, out var old);
            if (old is not null && state.SameSource(old, request) is var sameSource && (Contradiction.Is(old, value, request, sameSource, now) || Contradiction.Agrees(old, value, request, sameSource)))
            {
                if (!Contradiction.SameValue(old.Value, value))
                    claims.Add((old, value));
                said.Remove(field);
                continue;
            }
            var same = old is null ? value.ValueKind == JsonValueKind.Null : JsonElement.DeepEquals(old.Value, value);
            if (same && (edit || old is null || observed - old.ObservedAt < RestatedAfter))
            {
                if (old is { VerifiedAt: null } && request.Verified && value.ValueKind != JsonValueKind.Null)
                    confirmed.Add(old);
                continue;
            }
            var fact = FactOf(entity, field, value, request, observed, now, ids);
            if (request.Verified)
                VerifyFact.Mark(fact, actor, now);
            facts.Add(fact);
            if (old is not null)
                superseded.Add((old, fact));
        }
        // A new one is what is said of it: as most rows of an import are.
        var whole = isNew && said.Count == request.Data.GetPropertyCount() && said.Values.All(v => v.ValueKind != JsonValueKind.Null);
        var data = whole ? request.Data.Clone() : Project(entity.Data, said, edit ? hidden : null);
        return new EntityChange(data, NameOf(entity, isNew, request, data), KeyOf(entity, isNew, request, data), facts, superseded, confirmed, claims);
    }

    private static readonly JsonElement _null = JsonElement.Parse("null");

    private static Fact FactOf(Entity entity, string field, JsonElement value, WriteEntityRequest request, DateTimeOffset observed, DateTimeOffset now, Ids ids) => new()
    {
        Id = ids.New(),
        WorkspaceId = entity.WorkspaceId,
        EntityId = entity.Id,
        Field = field,
        Value = value,
        Source = request.Source,
        SourceName = request.SourceName,
        SourceId = request.Place?.SourceId,
        PassageId = request.Place?.PassageId,
        PageNumber = request.Place?.Page,
        ObservedAt = observed,
        RecordedAt = now,
        ValidFrom = request.ValidFrom?.ToUniversalTime(),
        ValidTo = request.ValidTo?.ToUniversalTime(),
        Confidence = request.Confidence ?? (request.Source == SourceKind.Inferred ? InferredConfidence : 1),
    };

    // Said by no one, worked out by a model: worth showing, not worth relying on until somebody verifies it.
    internal const double InferredConfidence = 0.6;

    /// <param name="kept">The fields that stay although nothing is said of them; null for all.</param>
    private static JsonElement Project(JsonElement old, Dictionary<string, JsonElement> said, IReadOnlySet<string>? kept)
    {
        var fields = new List<KeyValuePair<string, JsonElement>>();
        fields.AddRange(old.EnumerateObject().Where(p => !said.ContainsKey(p.Name) && kept?.Contains(p.Name) != false).Select(p => KeyValuePair.Create(p.Name, p.Value)));
        fields.AddRange(said.Where(p => p.Value.ValueKind != JsonValueKind.Null));
        return Json.Element(fields.ToDictionary(f => f.Key, f => f.Value));
    }

    private static string NameOf(Entity entity, bool isNew, WriteEntityRequest request, JsonElement data) =>
        request.Name?.Trim() is { Length: > 0 } given ? given
        : isNew || entity.Name == EntityText.NameOf(entity.Type, entity.Data) ? EntityText.NameOf(entity.Type, data)
        : entity.Name;

    private static string? KeyOf(Entity entity, bool isNew, WriteEntityRequest request, JsonElement data) =>
        request.Key?.Trim() is { Length: > 0 } given ? (Lookup.Of(given) == entity.LookupKey ? entity.Key : given)
        : isNew || entity.Key == EntityText.KeyOf(entity.Type, entity.Data) ? EntityText.KeyOf(entity.Type, data)
        : entity.Key;
}
