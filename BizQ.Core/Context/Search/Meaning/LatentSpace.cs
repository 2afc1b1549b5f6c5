using System.Numerics.Tensors;

namespace BizQ.Core.Context;

/// <summary>
/// Latent semantic analysis (Deerwester et al., 1990): texts as points in a space learned from the workspace's own texts, in
/// which words that keep the same company lie close together, so that "refund" finds what speaks of "money back". It needs no
/// model, no key and no network. Immutable.
/// </summary>
/// <remarks>Rare words tell more: each counts (1 + ln n) · ln((N + 1) / (rows + ½)), and every text has length one.</remarks>
public sealed class LatentSpace
{
    /// <summary>More keep too much of the accidental wording, fewer too little: 150 was best of 100 to 400 on two collections of 1,400 texts.</summary>
    public const int Dimensions = 150;

    /// <summary>Fewer texts than this teach nothing about words.</summary>
    public const int FewestTexts = 200;

    /// <summary>The most common ones; beyond that words are names and slips.</summary>
    private const int MostWords = 50_000;

    /// <summary>A word in one text only keeps no company.</summary>
    private const int FewestRows = 2;

    private readonly Dictionary<string, int> _words;
    private readonly float[] _worth;
    private readonly float[][] _axes;

    private LatentSpace(Dictionary<string, int> words, float[] worth, float[][] axes) => (_words, _worth, _axes) = (words, worth, axes);

    /// <summary>How many words it knows.</summary>
    public int Words => _words.Count;

    /// <summary>Learns from counted words; null when there are too few texts. The same texts give the same space.</summary>
    public static LatentSpace? Learn(IReadOnlyList<WordCounts> texts, CancellationToken cancel)
    {
        if (texts.Count < FewestTexts)
            return null;
        var rows = texts.SelectMany(text => text.Words).CountBy(word => word, StringComparer.Ordinal)
            .Where(word => word.Value >= FewestRows)
            .OrderByDescending(word => word.Value).ThenBy(word => word.Key, StringComparer.Ordinal)
            .Take(MostWords).ToList();
        if (rows.Count == 0)
            return null;
        var words = rows.Select((word, number) => (word.Key, number)).ToDictionary(w => w.Key, w => w.number, StringComparer.Ordinal);
        var worth = rows.Select(word => (float)Math.Log((texts.Count + 1) / (word.Value + 0.5))).ToArray();
        var sparse = texts.Select(text => SparseText.Of(text, words, worth)).Where(text => text.Words.Length > 0).ToList();
        // Few texts or words have few subjects: more axes than those would keep every word apart from every other.
        var axes = Math.Clamp(Math.Min(texts.Count / 4, words.Count / 8), 1, Dimensions);
        return new LatentSpace(words, worth, PrincipalAxes.Of(sparse, words.Count, axes, cancel));
    }

    /// <summary>The point of a text, of length one; null when it knows none of its words.</summary>
    public float[]? Of(WordCounts text)
    {
        var sparse = SparseText.Of(text, _words, _worth);
        var point = new float[Dimensions];
        for (var i = 0; i < sparse.Words.Length; i++)
        {
            var axes = _axes[sparse.Words[i]];
            TensorPrimitives.MultiplyAdd(axes, sparse.Values[i], point.AsSpan(0, axes.Length), point.AsSpan(0, axes.Length));
        }
        return Unit(point) ? point : null;
    }

    /// <summary>Makes it one long; false when there is nothing to make longer.</summary>
    public static bool Unit(float[] point)
    {
        var length = TensorPrimitives.Norm<float>(point);
        if (length < 1e-6f)
            return false;
        TensorPrimitives.Divide(point, length, point);
        return true;
    }
}
