using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>How well a category was known at the end of a day (table <c>coverage_points</c>): what the map shows over time.</summary>
public sealed class CoveragePoint : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required DateOnly Day { get; init; }
    public required string Category { get; init; }
    public long Expected { get; set; }
    public long Known { get; set; }
    public long Fresh { get; set; }
    public long Verified { get; set; }
    public long Disputed { get; set; }
    public long Usable { get; set; }

    public Measures Measures => new(Expected, Known, Fresh, Verified, Disputed, Usable);
}

/// <summary>Keeps what was measured last on each day on which somebody looked.</summary>
public sealed class KeepCoverage(Ids ids, TimeProvider clock)
{
    public async Task Today(BizQDb db, IReadOnlyList<CategoryCoverage> categories, CancellationToken cancel)
    {
        var day = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var kept = await db.CoveragePoints.Where(p => p.Day == day).ToDictionaryAsync(p => p.Category, cancel);
        foreach (var category in categories)
        {
            if (!kept.TryGetValue(category.Category, out var point))
                db.Add(point = new CoveragePoint { Id = ids.New(), WorkspaceId = db.CurrentWorkspace, Day = day, Category = category.Category });
            var m = category.Measures;
            (point.Expected, point.Known, point.Fresh, point.Verified, point.Disputed, point.Usable) = (m.Expected, m.Known, m.Fresh, m.Verified, m.Disputed, m.Usable);
        }
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (Exception problem) when (problem.IsLostRace())
        {
            // Somebody else has looked at the same moment and kept the same.
            db.ChangeTracker.Clear();
        }
    }
}
