using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>Turns ranked rows into what people and agents read: text, the best stretch of it, source, age, and why it was found.</summary>
internal static class SearchHits
{
    private sealed record Origin(string Source, int Version, SearchTrust Trust);

    public static async Task<IReadOnlyList<SearchHit>> Of(BizQDb db, IReadOnlyList<Ranked> ranked, Asked asked, Found found, DateTimeOffset now, CancellationToken cancel)
    {
        var rows = ranked.Select(r => r.Row).ToList();
        var entries = await db.SearchEntries.AsNoTracking().Where(s => EF.Parameter(rows).Contains(s.Row))
            .Select(s => new { s.Row, s.Id, s.Kind, s.OwnerId, s.Type, s.Title, s.Text, s.ObservedAt }).ToDictionaryAsync(s => s.Row, cancel);
        var entityIds = entries.Values.Where(s => s.Kind == SearchKind.Entity).Select(s => s.OwnerId).ToList();
        var passageIds = entries.Values.Where(s => s.Kind == SearchKind.Passage).Select(s => s.Id).ToList();
        Dictionary<Guid, Origin> origins = [];
        await AddEntities(db, origins, entityIds, now, cancel);
        await AddPassages(db, origins, passageIds, cancel);
        List<SearchHit> hits = [];
        foreach (var (row, score) in ranked)
        {
            if (!entries.TryGetValue(row, out var entry) || !origins.TryGetValue(entry.Id, out var origin))
                continue;
            var (snippet, highlights) = SnippetMaker.Of(entry.Text, asked.Terms);
            var why = new SearchWhy(found.PlacesOf(row), SnippetMaker.WordsIn(entry.Title + "\n" + entry.Text, asked.Terms), [.. asked.Conditions.Select(c => c.Written)]);
            hits.Add(new SearchHit(entry.Kind, entry.Id, entry.OwnerId, entry.Type, entry.Title, entry.Text, highlights, snippet, origin.Source, entry.ObservedAt, origin.Version, score, why, origin.Trust));
        }
        return hits;
    }

    public static SearchTrust TrustOf(IReadOnlyList<Fact> facts, DateTimeOffset now)
    {
        var verified = facts.Where(f => f.VerifiedAt is not null && f.VerifiedAt <= now).ToList();
        var last = verified.MaxBy(f => f.VerifiedAt);
        return new SearchTrust(facts.Select(f => f.Confidence).DefaultIfEmpty(1).Min(), verified.Count, facts.Count, last?.VerifierName, last?.VerifiedAt,
            facts.Select(f => f.ValidTo).Where(to => to <= now).Min());
    }

    private static async Task AddEntities(BizQDb db, Dictionary<Guid, Origin> origins, List<Guid> ids, DateTimeOffset now, CancellationToken cancel)
    {
        if (ids.Count == 0)
            return;
        var facts = (await db.Facts.AsNoTracking().Where(f => EF.Parameter(ids).Contains(f.EntityId) && f.SupersededBy == null).ToListAsync(cancel)).ToLookup(f => f.EntityId);
        foreach (var entity in await db.Entities.Where(e => EF.Parameter(ids).Contains(e.Id)).Select(e => new { e.Id, e.Version, e.Type }).ToListAsync(cancel))
            origins[entity.Id] = new Origin(facts[entity.Id].MaxBy(f => f.ObservedAt)?.SourceName ?? entity.Type, entity.Version, TrustOf([.. facts[entity.Id]], now));
    }

    private static async Task AddPassages(BizQDb db, Dictionary<Guid, Origin> origins, List<Guid> ids, CancellationToken cancel)
    {
        if (ids.Count == 0)
            return;
        var passages = await db.Passages.Where(p => EF.Parameter(ids).Contains(p.Id))
            .Join(db.Documents, p => p.DocumentId, d => d.Id, (p, d) => new { p.Id, d.Title, p.PageNumber, d.Version }).ToListAsync(cancel);
        foreach (var p in passages)
            origins[p.Id] = new Origin(p.PageNumber is { } page ? $"{p.Title}, page {page}" : p.Title, p.Version, SearchTrust.OfDocument);
    }
}
