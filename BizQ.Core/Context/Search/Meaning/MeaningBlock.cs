using System.Numerics;

namespace BizQ.Core.Context;

/// <summary>One text to find by what it means.</summary>
public readonly record struct MeaningRow(long Row, Guid OwnerId, SearchKind Kind, string Type, float[] Point);

/// <summary>Some thousand points side by side. Immutable: a change makes another one, and copies no more than this.</summary>
internal sealed class MeaningBlock
{
    /// <summary>Texts of a full one: 655 KB, which a change of one text copies in a fraction of a millisecond.</summary>
    public const int Capacity = 4096;

    /// <summary>A byte for each place on an axis, from −1 to 1, loses less than a hundredth of a cosine.</summary>
    public const float Scale = 127;

    /// <summary>A multiple of every vector register up to 32 bytes, so that no rest is left over.</summary>
    public const int Stride = 160;

    private readonly long[] _rows;
    private readonly Guid[] _owners;
    private readonly short[] _kinds;
    private readonly sbyte[] _points;

    private MeaningBlock(int count) => (_rows, _owners, _kinds, _points) = (new long[count], new Guid[count], new short[count], new sbyte[count * Stride]);

    public static MeaningBlock None { get; } = new(0);

    public int Count => _rows.Length;

    /// <summary>The same without the texts of some owners; itself when it has none of them.</summary>
    public MeaningBlock Without(IReadOnlySet<Guid> gone)
    {
        var kept = new List<int>(Count);
        for (var slot = 0; slot < Count; slot++)
        {
            if (!gone.Contains(_owners[slot]))
                kept.Add(slot);
        }
        if (kept.Count == Count)
            return this;
        var block = new MeaningBlock(kept.Count);
        for (var slot = 0; slot < kept.Count; slot++)
            Copy(kept[slot], block, slot);
        return block;
    }

    /// <summary>This one with as many more as it has room for; <paramref name="taken"/> says how many.</summary>
    public MeaningBlock With(ReadOnlySpan<MeaningRow> rows, Func<SearchKind, string, short> kindOf, out int taken)
    {
        taken = Math.Min(rows.Length, Capacity - Count);
        var block = new MeaningBlock(Count + taken);
        for (var slot = 0; slot < Count; slot++)
            Copy(slot, block, slot);
        for (var i = 0; i < taken; i++)
        {
            var slot = Count + i;
            (block._rows[slot], block._owners[slot], block._kinds[slot]) = (rows[i].Row, rows[i].OwnerId, kindOf(rows[i].Kind, rows[i].Type));
            var point = block._points.AsSpan(slot * Stride, Stride);
            for (var axis = 0; axis < rows[i].Point.Length; axis++)
                point[axis] = (sbyte)Narrow(rows[i].Point[axis]);
        }
        return block;
    }

    /// <summary>As many blocks as are needed for the texts of several.</summary>
    public static List<MeaningBlock> Packed(IReadOnlyList<MeaningBlock> blocks)
    {
        List<MeaningBlock> packed = [];
        var left = blocks.Sum(block => block.Count);
        var (into, at) = (None, 0);
        foreach (var block in blocks)
        {
            for (var slot = 0; slot < block.Count; slot++)
            {
                if (at == into.Count)
                {
                    packed.Add(into = new MeaningBlock(Math.Min(left, Capacity)));
                    (left, at) = (left - into.Count, 0);
                }
                block.Copy(slot, into, at++);
            }
        }
        return packed;
    }

    public float[]? PointOf(long row)
    {
        if (Array.IndexOf(_rows, row) is not (>= 0 and var slot))
            return null;
        var point = new float[LatentSpace.Dimensions];
        for (var axis = 0; axis < point.Length; axis++)
            point[axis] = _points[(slot * Stride) + axis] / Scale;
        return point;
    }

    /// <summary>Puts those nearest to a point among the best so far.</summary>
    public void Nearest(ReadOnlySpan<short> asked, bool[] wanted, IReadOnlySet<Guid> withheld, Nearby best)
    {
        for (var slot = 0; slot < _rows.Length; slot++)
        {
            if (wanted[_kinds[slot]] && Dot(asked, _points.AsSpan(slot * Stride, Stride)) is var near && near > best.Floor && !withheld.Contains(_owners[slot]))
                best.Add(_rows[slot], near);
        }
    }

    public static short Narrow(float place) => (short)Math.Clamp(MathF.Round(place * Scale), -127, 127);

    private void Copy(int from, MeaningBlock to, int slot)
    {
        (to._rows[slot], to._owners[slot], to._kinds[slot]) = (_rows[from], _owners[from], _kinds[from]);
        _points.AsSpan(from * Stride, Stride).CopyTo(to._points.AsSpan(slot * Stride, Stride));
    }

    // Two products of bytes fit into sixteen bits, so that they are widened half as often.
    private static int Dot(ReadOnlySpan<short> asked, ReadOnlySpan<sbyte> point)
    {
        var sum = Vector<int>.Zero;
        for (var i = 0; i < Stride; i += Vector<sbyte>.Count)
        {
            Vector.Widen(new Vector<sbyte>(point[i..]), out var low, out var high);
            var pairs = (low * new Vector<short>(asked[i..])) + (high * new Vector<short>(asked[(i + Vector<short>.Count)..]));
            Vector.Widen(pairs, out var first, out var second);
            sum += first + second;
        }
        return Vector.Sum(sum);
    }
}

/// <summary>The best so far of a look through the blocks.</summary>
internal sealed class Nearby(int count, int floor)
{
    private readonly PriorityQueue<long, int> _best = new(count + 1);

    /// <summary>What is no nearer than this is none of them.</summary>
    public int Floor { get; private set; } = floor;

    public void Add(long row, int near)
    {
        if (_best.Count < count)
            _best.Enqueue(row, near);
        else
            _best.EnqueueDequeue(row, near);
        if (_best.Count == count && _best.TryPeek(out _, out var lowest))
            Floor = Math.Max(Floor, lowest);
    }

    public List<Ranked> InOrder(double scale)
    {
        List<Ranked> nearest = new(_best.Count);
        while (_best.TryDequeue(out var row, out var near))
            nearest.Add(new Ranked(row, near / scale));
        nearest.Reverse();
        return nearest;
    }
}
