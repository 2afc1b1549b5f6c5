using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>One step along the relations of the best entities that were found: whose order it is, what is in it.</summary>
internal static class GraphWay
{
    /// <summary>The best so many lead on; what hangs on the rest has little to do with the question.</summary>
    public const int Starts = 5;

    /// <summary>Something related to more than this is related to everything.</summary>
    private const int MostNeighbours = 200;

    public static async Task<List<Ranked>> Find(BizQDb db, IReadOnlyList<Ranked> best, CancellationToken cancel)
    {
        var rows = best.Take(Starts).Select(b => b.Row).ToList();
        var starts = await db.SearchEntries.Where(s => EF.Parameter(rows).Contains(s.Row) && s.Kind == SearchKind.Entity).Select(s => new { s.Row, s.Id }).ToListAsync(cancel);
        if (starts.Count == 0)
            return [];
        var places = starts.ToDictionary(s => s.Id, s => rows.IndexOf(s.Row) + 1);
        var ids = places.Keys.ToList();
        var holding = db.Relations.Where(r => r.EndedAt == null);
        var edges = await holding.Where(r => EF.Parameter(ids).Contains(r.FromId)).Select(r => new { Start = r.FromId, End = r.ToId })
            .Concat(holding.Where(r => EF.Parameter(ids).Contains(r.ToId)).Select(r => new { Start = r.ToId, End = r.FromId }))
            .Take(MostNeighbours).ToListAsync(cancel);
        // Nearer to the best, and by more ways, is better.
        var scores = edges.Distinct().GroupBy(e => e.End).ToDictionary(g => g.Key, g => g.Sum(e => 1.0 / places[e.Start]));
        var ends = scores.Keys.ToList();
        if (ends.Count == 0)
            return [];
        var found = await db.SearchEntries.Where(s => EF.Parameter(ends).Contains(s.Id)).Select(s => new { s.Row, s.Id }).ToListAsync(cancel);
        return [.. found.Select(f => new Ranked(f.Row, scores[f.Id])).OrderByDescending(r => r.Score).ThenByDescending(r => r.Row)];
    }
}
