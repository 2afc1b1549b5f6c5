using System.Globalization;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>
/// What was believed at a moment: over the facts recorded by then and not yet superseded, by their words as text and by exact
/// values. Meaning, graph and documents know only today, so they are left out, and the answer says so.
/// </summary>
internal static class PastSearch
{
    /// <summary>Facts looked at for one search.</summary>
    private const int MostFacts = 5000;

    private const int MostTerms = 10;

    public const string Note = "As of a past moment only facts of entities are searched, by the words of single values of up to 200 characters; what meaning, relations and documents say is known for today only.";

    public static async Task<SearchAnswer> Find(BizQDb db, Actor actor, Asked asked, DateTimeOffset moment, int from, int size, CancellationToken cancel)
    {
        var believed = db.Facts.AsNoTracking().ReadableBy(db, actor).Where(f => f.RecordedAt <= moment && (f.SupersededAt == null || f.SupersededAt > moment));
        var narrowed = Narrowed(db, believed, asked);
        // The rarest first would need counts of the past; the longest words are rare enough.
        var terms = asked.Terms.OrderByDescending(t => t.Word.Length).Take(MostTerms).ToList();
        Dictionary<Guid, (double Score, HashSet<string> Words)> found = [];
        foreach (var term in terms)
        {
            var stem = term.Start ? term.Word : Stem.Of(term.Word);
            var word = stem.Length > 3 ? stem : term.Word;
            var facts = await believed.Where(f => f.Lookup!.Contains(word) && narrowed.Contains(f.EntityId)).Select(f => f.EntityId).Distinct().Take(MostFacts).ToListAsync(cancel);
            foreach (var entity in facts)
            {
                var had = found.GetValueOrDefault(entity, (0, []));
                had.Words.Add(term.Word);
                found[entity] = (had.Score + (1 / Math.Log(facts.Count + 2)), had.Words);
            }
        }
        if (terms.Count == 0)
        {
            foreach (var entity in await narrowed.OrderByDescending(id => id).Skip(from).Take(size + 1).ToListAsync(cancel))
                found[entity] = (1, []);
            from = 0;
        }
        var page = found.OrderByDescending(f => f.Value.Score).ThenByDescending(f => f.Key).Skip(from).Take(size + 1).ToList();
        var hits = await Hits(db, believed, page.Take(size).ToDictionary(p => p.Key, p => p.Value), asked, moment, cancel);
        return new SearchAnswer(hits, page.Count > size ? (from + size).ToString(CultureInfo.InvariantCulture) : null, [Note, .. asked.Notes, .. Unasked(asked)]);
    }

    /// <summary>Entities of the types asked for whose facts of that time meet the conditions that ask for an exact value.</summary>
    private static IQueryable<Guid> Narrowed(BizQDb db, IQueryable<Fact> believed, Asked asked)
    {
        var entities = db.Entities.Where(e => e.RemovedAt == null);
        if (asked.Query.Types is { Count: > 0 } types)
        {
            var names = types.Select(EntityLimits.NormalType).ToList();
            entities = entities.Where(e => names.Contains(e.Type));
        }
        foreach (var condition in asked.Conditions.Where(c => IsAsked(c)))
        {
            var (field, type, lookup) = (condition.Field, EntityLimits.NormalType(condition.Text), Lookup.Of(condition.Text));
            var meeting = believed.Where(f => f.Field == field && f.Lookup == lookup).Select(f => f.EntityId);
            entities = (condition.Of, condition.Not) switch
            {
                (Told.Type, false) => entities.Where(e => e.Type == type),
                (Told.Type, true) => entities.Where(e => e.Type != type),
                (_, false) => entities.Where(e => meeting.Contains(e.Id)),
                _ => entities.Where(e => !meeting.Contains(e.Id)),
            };
        }
        return entities.Where(e => believed.Any(f => f.EntityId == e.Id)).Select(e => e.Id);
    }

    private static bool IsAsked(Condition condition) => condition.Of == Told.Type || condition is { Of: Told.Field, Comparison: Comparison.Is };

    private static IEnumerable<string> Unasked(Asked asked) => asked.Conditions.Where(c => !IsAsked(c) && c.Of != Told.Phrase).Select(c => $"{c.Field} cannot be asked of a past moment and was left out.");

    private static async Task<IReadOnlyList<SearchHit>> Hits(BizQDb db, IQueryable<Fact> believed, Dictionary<Guid, (double Score, HashSet<string> Words)> page, Asked asked, DateTimeOffset moment, CancellationToken cancel)
    {
        var ids = page.Keys.ToList();
        var entities = await db.Entities.AsNoTracking().Where(e => EF.Parameter(ids).Contains(e.Id)).ToDictionaryAsync(e => e.Id, cancel);
        var facts = (await believed.Where(f => EF.Parameter(ids).Contains(f.EntityId)).ToListAsync(cancel)).ToLookup(f => f.EntityId);
        List<SearchHit> hits = [];
        foreach (var (id, (score, words)) in page)
        {
            if (!entities.TryGetValue(id, out var entity) || !facts[id].Any())
                continue;
            var data = Json.Element(facts[id].Where(f => f.Value.ValueKind != System.Text.Json.JsonValueKind.Null).OrderBy(f => f.Id).GroupBy(f => f.Field).ToDictionary(g => g.Key, g => g.Last().Value));
            var text = EntityText.Of(data);
            var (snippet, highlights) = SnippetMaker.Of(text, asked.Terms);
            var latest = facts[id].MaxBy(f => f.ObservedAt)!;
            var why = new SearchWhy([new WayRank(SearchWay.Text, hits.Count + 1)], [.. words.Order(StringComparer.Ordinal)], []);
            hits.Add(new SearchHit(SearchKind.Entity, id, id, entity.Type, EntityText.NameOf(entity.Type, data), text, highlights, snippet, latest.SourceName, latest.ObservedAt, latest.InVersion, score, why, SearchHits.TrustOf([.. facts[id]], moment)));
        }
        return hits;
    }
}
