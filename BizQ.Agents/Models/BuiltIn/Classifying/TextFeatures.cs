using System.Runtime.InteropServices;

namespace BizQ.Agents.Models.BuiltIn.Classifying;

/// <summary>
/// Turns a text into weights of what stands in it: words, neighbouring words, pairs of meaningful words near each other, groups of
/// like words, and letter groups (which forgive spelling). Only what the training texts hold has a place; the rest shortens the
/// vector, so that a text about something else lies far from all of them.
/// </summary>
public sealed class TextFeatures
{
    /// <summary>How many meaningful words apart a pair may stand: bounds the pairs of a long mail.</summary>
    private const int PairDistance = 5;
    /// <summary>Groups of like words count as if said twice; in five-fold trials 0.5 points better than once.</summary>
    private const int GroupWeight = 2;
    /// <summary>How much unknown features shorten a vector: with 1 long mails come out too unsure, with 0 small overlaps count in full.</summary>
    private const float UnknownWeight = 0.3f;

    /// <summary>
    /// In so many texts a feature that stands in one only is chance more often than meaning, and most features are such: without
    /// them thousands of examples take a third of the memory.
    /// </summary>
    private const int ManyTexts = 3000;

    private readonly Dictionary<ulong, int> _index = [];
    private readonly float[] _idf;
    private readonly float _rarest;

    public TextFeatures(IReadOnlyList<string> texts)
    {
        var seenIn = new List<int>();
        foreach (var text in texts)
        {
            foreach (var feature in Counts(text).Keys)
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
        if (texts.Count > ManyTexts)
            seenIn = WithoutSingles(seenIn);
        _idf = [.. seenIn.Select(count => 1f + MathF.Log((1f + texts.Count) / (1f + count)))];
        _rarest = 1f + MathF.Log((1f + texts.Count) / 2f);
    }

    public int Size => _idf.Length;

    /// <summary>About what it takes in memory.</summary>
    public long Bytes => Size * (sizeof(float) + 32L);

    public SparseVector Of(string text)
    {
        var found = new List<(int Index, float Value)>();
        double square = 0;
        foreach (var (feature, count) in Counts(text))
        {
            var value = 1f + MathF.Log(count);
            if (_index.TryGetValue(feature, out var index))
            {
                value *= _idf[index];
                found.Add((index, value));
                square += value * value;
            }
            else
            {
                value *= _rarest;
                square += UnknownWeight * value * value;
            }
        }
        found.Sort((a, b) => a.Index.CompareTo(b.Index));
        var norm = square > 0 ? (float)(1 / Math.Sqrt(square)) : 0f;
        return new SparseVector([.. found.Select(f => f.Index)], [.. found.Select(f => f.Value * norm)]);
    }

    private List<int> WithoutSingles(List<int> seenIn)
    {
        var kept = new List<int>();
        foreach (var (feature, index) in _index.ToList())
        {
            if (seenIn[index] == 1)
            {
                _index.Remove(feature);
                continue;
            }
            _index[feature] = kept.Count;
            kept.Add(seenIn[index]);
        }
        _index.TrimExcess();
        return kept;
    }

    private static Dictionary<ulong, int> Counts(string text)
    {
        var counts = new Dictionary<ulong, int>();
        var near = new Queue<ulong>();
        ulong before = 0;
        foreach (var word in Words.Of(text))
        {
            var stem = Hash('w', word.Stem);
            var group = Synonyms.GroupOf(word.Stem) is { } name ? Hash('g', name) : (ulong?)null;
            Add(counts, stem);
            Add(counts, Mix('b', before, stem));
            before = stem;
            if (group is { } like)
                Add(counts, like, GroupWeight);
            AddLetters(counts, word.Lower);
            if (!Words.Stop.Contains(word.Lower))
                AddPairs(counts, near, group ?? stem);
        }
        return counts;
    }

    private static void AddPairs(Dictionary<ulong, int> counts, Queue<ulong> near, ulong meaning)
    {
        foreach (var other in near)
        {
            if (other != meaning)
                counts[Mix('p', Math.Min(other, meaning), Math.Max(other, meaning))] = 1;
        }
        near.Enqueue(meaning);
        if (near.Count > PairDistance)
            near.Dequeue();
    }

    /// <summary>Two to four letters, word ends included.</summary>
    private static void AddLetters(Dictionary<ulong, int> counts, string word)
    {
        Span<char> padded = word.Length < 62 ? stackalloc char[word.Length + 2] : new char[word.Length + 2];
        padded[0] = padded[^1] = '_';
        word.CopyTo(padded[1..]);
        for (var n = 2; n <= 4; n++)
        {
            for (var i = 0; i + n <= padded.Length; i++)
                Add(counts, Hash('c', padded.Slice(i, n)));
        }
    }

    private static void Add(Dictionary<ulong, int> counts, ulong feature, int times = 1) =>
        CollectionsMarshal.GetValueRefOrAddDefault(counts, feature, out _) += times;

    /// <summary>FNV-1a in 64 bits: the same on every machine and run, and a clash among a million features a one in ten million chance.</summary>
    private static ulong Hash(char kind, ReadOnlySpan<char> text)
    {
        var hash = (14695981039346656037UL ^ kind) * 1099511628211UL;
        foreach (var c in text)
            hash = (hash ^ c) * 1099511628211UL;
        return hash;
    }

    private static ulong Mix(char kind, ulong first, ulong second)
    {
        var hash = (14695981039346656037UL ^ kind) * 1099511628211UL;
        hash = (hash ^ first) * 0x9E3779B97F4A7C15UL;
        return (hash ^ (hash >> 29) ^ second) * 0xBF58476D1CE4E5B9UL;
    }
}
