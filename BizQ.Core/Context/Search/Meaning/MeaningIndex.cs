using System.Numerics;

namespace BizQ.Core.Context;

/// <summary>One text to find by what it means.</summary>
internal readonly record struct MeaningRow(long Row, Guid OwnerId, SearchKind Kind, string Type, float[] Point);

/// <summary>
/// The points of a workspace's texts, side by side in memory, a byte a dimension (192 bytes a text), looked through as a whole:
/// a hundred thousand take a few milliseconds. Immutable; a change makes another one.
/// </summary>
internal sealed class MeaningIndex
{
    /// <summary>A byte for each place on an axis, from −1 to 1, loses less than a hundredth of a cosine.</summary>
    private const float Scale = 127;

    /// <summary>A multiple of every vector register, so that no rest is left over.</summary>
    private const int Stride = 192;

    private readonly long[] _rows;
    private readonly Guid[] _owners;
    private readonly short[] _kinds;
    private readonly sbyte[] _points;
    private readonly List<(SearchKind Kind, string Type)> _types;

    private MeaningIndex(LatentSpace space, long[] rows, Guid[] owners, short[] kinds, sbyte[] points, List<(SearchKind, string)> types) =>
        (Space, _rows, _owners, _kinds, _points, _types) = (space, rows, owners, kinds, points, types);

    public LatentSpace Space { get; }

    public int Count => _rows.Length;

    public static MeaningIndex Of(LatentSpace space, IReadOnlyCollection<MeaningRow> rows) =>
        new MeaningIndex(space, [], [], [], [], []).With(new HashSet<Guid>(), rows);

    /// <summary>The same without the texts of some owners and with others.</summary>
    public MeaningIndex With(IReadOnlySet<Guid> gone, IReadOnlyCollection<MeaningRow> come)
    {
        var kept = Enumerable.Range(0, Count).Where(slot => !gone.Contains(_owners[slot])).ToList();
        var count = kept.Count + come.Count;
        var (rows, owners, kinds, points) = (new long[count], new Guid[count], new short[count], new sbyte[count * Stride]);
        List<(SearchKind, string)> types = [.. _types];
        for (var slot = 0; slot < kept.Count; slot++)
        {
            (rows[slot], owners[slot], kinds[slot]) = (_rows[kept[slot]], _owners[kept[slot]], _kinds[kept[slot]]);
            At(_points, kept[slot]).CopyTo(At(points, slot));
        }
        var next = kept.Count;
        foreach (var row in come)
        {
            (rows[next], owners[next], kinds[next]) = (row.Row, row.OwnerId, KindOf(types, (row.Kind, row.Type)));
            Narrow(row.Point, At(points, next++));
        }
        return new MeaningIndex(Space, rows, owners, kinds, points, types);
    }

    /// <summary>Where a text lies, near enough; null when it is not here.</summary>
    public float[]? PointOf(long row)
    {
        if (Array.IndexOf(_rows, row) is not (>= 0 and var slot))
            return null;
        var point = new float[LatentSpace.Dimensions];
        var narrow = At(_points, slot);
        for (var i = 0; i < point.Length; i++)
            point[i] = narrow[i] / Scale;
        return point;
    }

    /// <summary>The texts nearest to a point, nearest first, none further than <paramref name="least"/> (a cosine).</summary>
    public List<Ranked> Nearest(float[] point, SearchQuery query, int count, double least)
    {
        var wanted = _types.Select(type => Wanted(query, type)).ToArray();
        Span<sbyte> narrow = stackalloc sbyte[Stride];
        Narrow(point, narrow);
        var best = new PriorityQueue<int, int>();
        var floor = (int)(least * Scale * Scale);
        for (var slot = 0; slot < _rows.Length; slot++)
        {
            if (!wanted[_kinds[slot]] || (query.Withheld.Count > 0 && query.Withheld.Contains(_owners[slot])))
                continue;
            var near = Dot(narrow, At(_points, slot));
            if (near < floor)
                continue;
            best.Enqueue(slot, near);
            if (best.Count > count)
            {
                best.Dequeue();
                floor = best.TryPeek(out _, out var lowest) ? Math.Max(floor, lowest) : floor;
            }
        }
        List<Ranked> nearest = new(best.Count);
        while (best.TryDequeue(out var slot, out var near))
            nearest.Add(new Ranked(_rows[slot], near / (Scale * Scale)));
        nearest.Reverse();
        return nearest;
    }

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

    private static Span<sbyte> At(sbyte[] points, int slot) => points.AsSpan(slot * Stride, Stride);

    private static void Narrow(float[] point, Span<sbyte> narrow)
    {
        for (var i = 0; i < point.Length; i++)
            narrow[i] = (sbyte)Math.Clamp(MathF.Round(point[i] * Scale), -127, 127);
    }

    private static int Dot(ReadOnlySpan<sbyte> one, ReadOnlySpan<sbyte> other)
    {
        var sum = Vector<int>.Zero;
        for (var i = 0; i < Stride; i += Vector<sbyte>.Count)
        {
            Vector.Widen(new Vector<sbyte>(one[i..]), out var low, out var high);
            Vector.Widen(new Vector<sbyte>(other[i..]), out var otherLow, out var otherHigh);
            Vector.Widen(low * otherLow, out var first, out var second);
            Vector.Widen(high * otherHigh, out var third, out var fourth);
            sum += first + second + third + fourth;
        }
        return Vector.Sum(sum);
    }
}
