namespace BizQ.Core.Context;

/// <summary>
/// The points of a workspace's texts in memory, a byte a dimension (186 bytes a text), looked through as a whole. Immutable; a
/// change makes another one that shares all blocks but those it touches.
/// </summary>
public sealed class MeaningIndex
{
    private readonly IReadOnlyList<MeaningBlock> _blocks;
    private readonly List<(SearchKind Kind, string Type)> _types;

    private MeaningIndex(LatentSpace space, IReadOnlyList<MeaningBlock> blocks, List<(SearchKind, string)> types) =>
        (Space, _blocks, _types, Count) = (space, blocks, types, blocks.Sum(block => block.Count));

    public LatentSpace Space { get; }

    public int Count { get; }

    /// <summary>How many blocks it has in common with another.</summary>
    public int Shares(MeaningIndex other) => _blocks.Count(block => other._blocks.Contains(block));

    /// <summary>How many blocks hold the texts.</summary>
    public int Blocks => _blocks.Count;

    public static MeaningIndex Of(LatentSpace space) => new(space, [], []);

    /// <summary>The same without the texts of some owners and with others.</summary>
    public MeaningIndex With(IReadOnlySet<Guid> gone, IReadOnlyCollection<MeaningRow> come)
    {
        List<(SearchKind, string)> types = [.. _types];
        var blocks = gone.Count == 0 ? [.. _blocks] : _blocks.Select(block => block.Without(gone)).Where(block => block.Count > 0).ToList();
        ReadOnlySpan<MeaningRow> left = come.ToArray();
        while (left.Length > 0)
        {
            var last = blocks.Count > 0 && blocks[^1].Count < MeaningBlock.Capacity ? blocks[^1] : null;
            var filled = (last ?? MeaningBlock.None).With(left, (kind, type) => KindOf(types, (kind, type)), out var taken);
            if (last is null)
                blocks.Add(filled);
            else
                blocks[^1] = filled;
            left = left[taken..];
        }
        return new MeaningIndex(Space, IsThin(blocks) ? MeaningBlock.Packed(blocks) : blocks, types);
    }

    /// <summary>Where a text lies, near enough; null when it is not here.</summary>
    public float[]? PointOf(long row) => _blocks.Select(block => block.PointOf(row)).FirstOrDefault(point => point is not null);

    /// <summary>The texts nearest to a point, nearest first, none further than <paramref name="least"/> (a cosine).</summary>
    public List<Ranked> Nearest(float[] point, SearchQuery query, int count, double least)
    {
        const float scale = MeaningBlock.Scale;
        var wanted = _types.Select(type => Wanted(query, type)).ToArray();
        Span<short> asked = stackalloc short[MeaningBlock.Stride];
        asked.Clear();
        for (var axis = 0; axis < point.Length; axis++)
            asked[axis] = MeaningBlock.Narrow(point[axis]);
        var best = new Nearby(count, (int)(least * scale * scale) - 1);
        foreach (var block in _blocks)
            block.Nearest(asked, wanted, query.Withheld, best);
        return best.InOrder(scale * scale);
    }

    /// <summary>Removing leaves blocks half empty; when there are twice as many as are needed, they are packed.</summary>
    private static bool IsThin(List<MeaningBlock> blocks) => blocks.Count > 4 && blocks.Count > 2 * (1 + (blocks.Sum(block => block.Count) / MeaningBlock.Capacity));

    private static bool Wanted(SearchQuery query, (SearchKind Kind, string Type) of) =>
        (query.Kind is null || query.Kind == of.Kind)
        && (query.Types is not { Count: > 0 } types || types.Any(type => EntityLimits.NormalType(type) == of.Type));

    private static short KindOf(List<(SearchKind, string)> types, (SearchKind, string) of)
    {
        var known = types.IndexOf(of);
        if (known < 0)
            types.Add(of);
        return (short)(known < 0 ? types.Count - 1 : known);
    }
}
