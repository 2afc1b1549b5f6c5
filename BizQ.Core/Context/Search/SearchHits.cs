using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>Turns ranked rows into what people and agents read: text, the best stretch of it, source and age.</summary>
internal static class SearchHits
{
    public static async Task<IReadOnlyList<SearchHit>> Of(BizQDb db, IReadOnlyList<Ranked> ranked, IReadOnlyList<SearchTerm> terms, CancellationToken cancel)
    {
        var rows = ranked.Select(r => r.Row).ToList();
        var entries = await db.SearchEntries.AsNoTracking().Where(s => EF.Parameter(rows).Contains(s.Row))
            .Select(s => new { s.Row, s.Id, s.Kind, s.OwnerId, s.Type, s.Title, s.Text, s.ObservedAt }).ToDictionaryAsync(s => s.Row, cancel);
        var entityIds = entries.Values.Where(s => s.Kind == SearchKind.Entity).Select(s => s.OwnerId).ToList();
        var passageIds = entries.Values.Where(s => s.Kind == SearchKind.Passage).Select(s => s.Id).ToList();
        var said = await Sources(db, entityIds, passageIds, cancel);
        List<SearchHit> hits = [];
        foreach (var (row, score) in ranked)
        {
            if (!entries.TryGetValue(row, out var entry) || !said.TryGetValue(entry.Id, out var source))
                continue;
            var (snippet, highlights) = SnippetMaker.Of(entry.Text, terms);
            hits.Add(new SearchHit(entry.Kind, entry.Id, entry.OwnerId, entry.Type, entry.Title, entry.Text, highlights, snippet, source.Name, entry.ObservedAt, source.Version, score));
        }
        return hits;
    }

    private static async Task<Dictionary<Guid, (string Name, int Version)>> Sources(BizQDb db, List<Guid> entityIds, List<Guid> passageIds, CancellationToken cancel)
    {
        Dictionary<Guid, (string, int)> sources = [];
        if (entityIds.Count > 0)
        {
            var facts = await db.Facts.Where(f => EF.Parameter(entityIds).Contains(f.EntityId) && f.SupersededBy == null).Select(f => new { f.EntityId, f.ObservedAt, f.SourceName }).ToListAsync(cancel);
            var latest = facts.GroupBy(f => f.EntityId).ToDictionary(g => g.Key, g => g.MaxBy(f => f.ObservedAt)!.SourceName);
            foreach (var entity in await db.Entities.Where(e => EF.Parameter(entityIds).Contains(e.Id)).Select(e => new { e.Id, e.Version, e.Type }).ToListAsync(cancel))
                sources[entity.Id] = (latest.GetValueOrDefault(entity.Id, entity.Type), entity.Version);
        }
        if (passageIds.Count > 0)
        {
            var passages = await db.Passages.Where(p => EF.Parameter(passageIds).Contains(p.Id))
                .Join(db.Documents, p => p.DocumentId, d => d.Id, (p, d) => new { p.Id, d.Title, p.PageNumber, p.Heading, d.Version }).ToListAsync(cancel);
            foreach (var p in passages)
                sources[p.Id] = (p.PageNumber is { } page ? $"{p.Title}, page {page}" : p.Title, p.Version);
        }
        return sources;
    }
}
