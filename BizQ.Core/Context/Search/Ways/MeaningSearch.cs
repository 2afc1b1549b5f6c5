using System.Numerics.Tensors;

namespace BizQ.Core.Context;

/// <summary>Finds what means the same. Pure.</summary>
internal static class MeaningSearch
{
    /// <summary>Hits of each way that are put together.</summary>
    public const int Depth = 200;

    /// <summary>Texts further away (a cosine) have nothing to do with the question.</summary>
    private const double Least = 0.3;

    // What is found first shows what was meant (J. J. Rocchio's relevance feedback, 1971): the question moves towards it, half as
    // far as its own weight, and is asked once more.
    private const int Shown = 3;
    private const float Moved = 0.5f;

    /// <returns>What is near the question, and what is near it once it has moved; none when it knows none of the words.</returns>
    public static IReadOnlyList<List<Ranked>> Of(MeaningIndex index, SearchQuery query, string words, IReadOnlyList<Ranked> byWords, int depth)
    {
        if (index.Space.Of(WordCounts.Of("", words)) is not { } asked)
            return [];
        var near = index.Nearest(asked, query, depth, Least);
        var first = Fusion.Of(byWords, near);
        return [near, Toward(index, asked, first.Take(Shown)) is { } moved ? index.Nearest(moved, query, depth, Least) : near];
    }

    private static float[]? Toward(MeaningIndex index, float[] asked, IEnumerable<Ranked> shown)
    {
        var points = shown.Select(s => index.PointOf(s.Row)).OfType<float[]>().ToList();
        if (points.Count == 0)
            return null;
        var moved = asked.ToArray();
        foreach (var point in points)
            TensorPrimitives.MultiplyAdd(point, Moved / points.Count, moved, moved);
        return LatentSpace.Unit(moved) ? moved : null;
    }
}
