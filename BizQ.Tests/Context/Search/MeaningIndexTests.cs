using BizQ.Core.Context;

namespace BizQ.Tests.Context;

/// <summary>The index of meanings finds what a plain look through all points finds, and a change costs what it changes.</summary>
public sealed class MeaningIndexTests
{
    private static readonly LatentSpace Space = LatentSpace.Learn([.. Enumerable.Range(0, 300).Select(i => WordCounts.Of("", $"a{i % 9} b{i % 7} c{i % 5}"))], CancellationToken.None)!;

    private readonly Random _random = new(3);

    [Fact]
    public void The_nearest_are_those_of_a_look_through_all()
    {
        var rows = Rows(10_000);
        var index = MeaningIndex.Of(Space).With(new HashSet<Guid>(), rows);
        for (var i = 0; i < 5; i++)
        {
            var asked = Point();
            var near = index.Nearest(asked, new SearchQuery(""), 20, -1);
            var best = rows.OrderByDescending(r => Dot(asked, r.Point)).Take(20).ToList();
            // A byte a dimension may change the order of neighbours, not who they are.
            Assert.True(near.Select(n => n.Row).Intersect(best.Select(b => b.Row)).Count() >= 17);
            Assert.Equal(Dot(asked, best[0].Point), near[0].Score, 0.02);
        }
    }

    [Fact]
    public void A_change_shares_all_that_it_does_not_touch()
    {
        var rows = Rows(20_000);
        var index = MeaningIndex.Of(Space).With(new HashSet<Guid>(), rows);
        Assert.Equal(5, index.Blocks);
        var gone = rows[50];
        var come = Rows(1)[0] with { Row = 77_777 };
        var changed = index.With(new HashSet<Guid> { gone.OwnerId }, [come]);
        Assert.Equal(20_000, changed.Count);
        Assert.Equal(3, changed.Shares(index));
        Assert.Null(changed.PointOf(gone.Row));
        Assert.NotNull(index.PointOf(gone.Row));
        Assert.Equal(77_777, changed.Nearest(come.Point, new SearchQuery(""), 1, 0)[0].Row);
    }

    [Fact]
    public void Blocks_that_have_become_thin_are_packed()
    {
        var rows = Rows(40_000);
        var index = MeaningIndex.Of(Space).With(new HashSet<Guid>(), rows);
        var gone = rows.Where((_, i) => i % 10 != 0).Select(r => r.OwnerId).ToHashSet();
        var thinned = index.With(gone, []);
        Assert.Equal((4_000, 1), (thinned.Count, thinned.Blocks));
        var left = rows.Where((_, i) => i % 10 == 0).ToList();
        Assert.All(left.Take(50), row => Assert.Equal(row.Row, thinned.Nearest(row.Point, new SearchQuery(""), 1, 0)[0].Row));
    }

    [Fact]
    public void Types_and_kinds_narrow()
    {
        var rows = Rows(100).Select((r, i) => r with { Type = i % 2 == 0 ? "order" : "document", Kind = i % 2 == 0 ? SearchKind.Entity : SearchKind.Passage }).ToList();
        var index = MeaningIndex.Of(Space).With(new HashSet<Guid>(), rows);
        var orders = rows.Where(r => r.Type == "order").Select(r => r.Row).Order();
        Assert.Equal(orders, index.Nearest(Point(), new SearchQuery("", ["order"]), 100, -1).Select(n => n.Row).Order());
        Assert.Equal(orders, index.Nearest(Point(), new SearchQuery("") { Kind = SearchKind.Entity }, 100, -1).Select(n => n.Row).Order());
    }

    private List<MeaningRow> Rows(int count) => [.. Enumerable.Range(0, count).Select(i => new MeaningRow(i, new Guid(i, 0, 0, new byte[8]), SearchKind.Entity, "note", Point()))];

    private float[] Point()
    {
        var point = new float[LatentSpace.Dimensions];
        for (var i = 0; i < point.Length; i++)
            point[i] = (float)(_random.NextDouble() - 0.5);
        LatentSpace.Unit(point);
        return point;
    }

    private static float Dot(float[] one, float[] other) => System.Numerics.Tensors.TensorPrimitives.Dot<float>(one, other);
}
