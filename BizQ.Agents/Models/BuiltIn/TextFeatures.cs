using System.Runtime.InteropServices;

namespace BizQ.Agents.Models.BuiltIn;

/// <summary>Some of a long row of numbers, the others being zero; indexes ascend.</summary>
public readonly record struct SparseVector(int[] Indexes, float[] Values)
{
    public float Dot(SparseVector other)
    {
        float sum = 0;
        for (int i = 0, j = 0; i < Indexes.Length && j < other.Indexes.Length;)
        {
            if (Indexes[i] == other.Indexes[j])
                sum += Values[i++] * other.Values[j++];
            else if (Indexes[i] < other.Indexes[j])
                i++;
            else
                j++;
        }
        return sum;
    }
}

/// <summary>Turns a text into the weights of its words, word pairs and letter groups, as seen in the texts it was made from.</summary>
public sealed class TextFeatures
{
    private readonly Dictionary<ulong, int> _index = [];
    private readonly float[] _idf;

    public TextFeatures(IReadOnlyList<string> texts)
    {
        var seenIn = new List<int>();
        foreach (var text in texts)
        {
            foreach (var feature in Count(text).Keys)
            {
                ref var index = ref CollectionsMarshal.GetValueRefOrAddDefault(_index, feature, out var known);
                if (!known)
                {
                    index = seenIn.Count;
                    seenIn.Add(0);
                }
                seenIn[index]++;
            }
        }
        _idf = [.. seenIn.Select(count => 1f + MathF.Log((1f + texts.Count) / (1f + count)))];
    }

    public int Count() => _idf.Length;

    public SparseVector Of(string text)
    {
        var found = new List<(int Index, float Value)>();
        double square = 0;
        foreach (var (feature, count) in Count(text))
        {
            if (!_index.TryGetValue(feature, out var index))
                continue;
            var value = (1f + MathF.Log(count)) * _idf[index];
            found.Add((index, value));
            square += value * value;
        }
        found.Sort((a, b) => a.Index.CompareTo(b.Index));
        var norm = square > 0 ? (float)(1 / Math.Sqrt(square)) : 0f;
        return new SparseVector([.. found.Select(f => f.Index)], [.. found.Select(f => f.Value * norm)]);
    }

    private static Dictionary<ulong, int> Count(string text)
    {
        var counts = new Dictionary<ulong, int>();
        string? before = null;
        foreach (var word in Words.Of(text))
        {
            Add(counts, Hash('w', word.Stem));
            Add(counts, Hash('b', before + " " + word.Stem));
            before = word.Stem;
            var padded = "_" + word.Lower + "_";
            for (var n = 3; n <= 5; n++)
            {
                for (var i = 0; i + n <= padded.Length; i++)
                    Add(counts, Hash('c', padded.AsSpan(i, n)));
            }
        }
        return counts;
    }

    private static void Add(Dictionary<ulong, int> counts, ulong feature) =>
        CollectionsMarshal.GetValueRefOrAddDefault(counts, feature, out _)++;

    /// <summary>FNV-1a in 64 bits: the same on every machine and run, and a clash among a million features is a one in ten million chance.</summary>
    private static ulong Hash(char kind, ReadOnlySpan<char> text)
    {
        var hash = (14695981039346656037UL ^ kind) * 1099511628211UL;
        foreach (var c in text)
            hash = (hash ^ c) * 1099511628211UL;
        return hash;
    }
}
