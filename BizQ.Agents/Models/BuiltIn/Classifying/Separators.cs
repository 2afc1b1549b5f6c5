using System.Numerics.Tensors;

namespace BizQ.Agents.Models.BuiltIn.Classifying;

/// <summary>One <see cref="LinearSeparator"/> per label over the same features: how far on a label's side a text lies.</summary>
internal sealed class Separators
{
    /// <summary>More sentences than this of one text are not looked at singly.</summary>
    private const int MaxSentences = 40;
    /// <summary>A sentence shorter than this ("Thanks!") says nothing alone.</summary>
    private const int ShortestSentence = 12;

    private readonly TextFeatures _features;
    private readonly int _labels;
    /// <summary>
    /// By feature, then by label: one text touches few features and all labels. In 16 bits, which changes no figure of the
    /// evaluation and halves what a classifier of many labels takes.
    /// </summary>
    private readonly Half[] _weights;
    private readonly IReadOnlyList<SparseVector> _examples;

    /// <summary>With a single label there is nothing to separate from: nearness to an example decides, and this near is margin zero.</summary>
    private const float NearEnough = 0.2f;

    /// <summary>About what it takes in memory.</summary>
    public long Bytes => _weights.LongLength * 2 + _features.Bytes + _examples.Sum(example => example.Indexes.Length * 8L);

    public Separators(IReadOnlyList<string> texts, int[] labelOf, int labels)
    {
        _labels = labels;
        _features = new TextFeatures(texts);
        var rows = texts.Select(_features.Of).ToList();
        _weights = new Half[(_features.Size + 1) * labels];
        _examples = labels == 1 ? rows : [];
        Parallel.For(0, labels, label =>
        {
            var weights = LinearSeparator.Train(rows, labelOf, label, _features.Size);
            for (var feature = 0; feature < weights.Length; feature++)
                _weights[feature * labels + label] = (Half)weights[feature];
        });
    }

    /// <summary>
    /// The margin of each label. In a text of several sentences one of them often carries the whole purpose among much else, so
    /// the best sentence speaks as loudly as the whole.
    /// </summary>
    public float[] Margins(string text)
    {
        var whole = Of(text);
        var sentences = Sentences.Of(text).Where(s => s.Text.Length > ShortestSentence).Take(MaxSentences).ToList();
        if (sentences.Count < 2)
            return whole;
        var best = new float[_labels];
        Array.Fill(best, float.NegativeInfinity);
        foreach (var sentence in sentences)
        {
            var margins = Of(sentence.Text);
            for (var label = 0; label < _labels; label++)
                best[label] = Math.Max(best[label], margins[label]);
        }
        return [.. whole.Select((margin, label) => (margin + best[label]) / 2)];
    }

    private float[] Of(string text)
    {
        var vector = _features.Of(text);
        if (_labels == 1)
            return [_examples.Max(example => example.Dot(vector)) / NearEnough - 1];
        var margins = new float[_labels];
        var weightsOf = new float[_labels];
        TensorPrimitives.ConvertToSingle(_weights.AsSpan(^_labels..), margins);
        for (var i = 0; i < vector.Indexes.Length; i++)
        {
            TensorPrimitives.ConvertToSingle(_weights.AsSpan(vector.Indexes[i] * _labels, _labels), weightsOf);
            TensorPrimitives.MultiplyAdd(weightsOf, vector.Values[i], margins, margins);
        }
        return margins;
    }
}
