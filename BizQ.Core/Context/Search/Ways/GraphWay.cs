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
        if (rows.Count == 0)
            return [];
        var starts = db.SearchEntries.Where(s => EF.Parameter(rows).Contains(s.Row) && s.Kind == SearchKind.Entity);
        var holding = db.Relations.Where(r => r.EndedAt == null);
        var edges = await starts.Join(holding, s => s.OwnerId, r => r.FromId, (s, r) => new { Start = s.Row, End = r.ToId })
            .Concat(starts.Join(holding, s => s.OwnerId, r => r.ToId, (s, r) => new { Start = s.Row, End = r.FromId }))
            .Take(MostNeighbours)
            .Join(db.SearchEntries, e => e.End, s => s.Id, (e, s) => new { e.Start, s.Row })
            .ToListAsync(cancel);
        // Nearer to the best, and by more ways, is better.
        return [.. edges.Distinct().GroupBy(e => e.Row).Select(g => new Ranked(g.Key, g.Sum(e => 1.0 / (1 + rows.IndexOf(e.Start)))))
            .OrderByDescending(r => r.Score).ThenByDescending(r => r.Row)];
    }
}
