using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>
/// Puts what other ways found in order of how well it is known: seen within the last day, week, month, quarter or year, and a step
/// better when a person has verified it. Steps and not moments: what came in with the same import is equally fresh.
/// </summary>
internal static class RecencyWay
{
    /// <summary>Nobody looks at what is further down.</summary>
    private const int Most = 100;

    private static readonly int[] _days = [1, 7, 30, 91, 365, 1095];

    public static async Task<List<Ranked>> Find(BizQDb db, IReadOnlyList<Ranked> best, DateTimeOffset now, CancellationToken cancel)
    {
        var rows = best.Take(Most).Select(b => b.Row).ToList();
        var seen = await db.SearchEntries.Where(s => EF.Parameter(rows).Contains(s.Row)).Select(s => new
        {
            s.Row,
            s.ObservedAt,
            Verified = s.Kind == SearchKind.Entity && db.Facts.Any(f => f.EntityId == s.OwnerId && f.SupersededBy == null && f.VerifiedAt != null),
        }).ToListAsync(cancel);
        return [.. seen.Select(s => new Ranked(s.Row, Worth(s.ObservedAt, s.Verified, now))).OrderByDescending(r => r.Score).ThenByDescending(r => r.Row)];
    }

    internal static double Worth(DateTimeOffset observed, bool verified, DateTimeOffset now) =>
        _days.Count(days => now - observed <= TimeSpan.FromDays(days)) + (verified ? 1.5 : 0);
}
