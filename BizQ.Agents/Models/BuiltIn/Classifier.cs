namespace BizQ.Agents.Models.BuiltIn;

/// <summary>A trained choice among labels: one linear separator per label over <see cref="TextFeatures"/>.</summary>
public sealed class Classifier
{
    private readonly IReadOnlyList<LabelExample> _labels;
    private readonly TextFeatures _features;
    private readonly float[][] _weights;

    private Classifier(IReadOnlyList<LabelExample> labels, TextFeatures features, float[][] weights) =>
        (_labels, _features, _weights) = (labels, features, weights);

    public static Classifier Train(IReadOnlyList<LabelExample> labels)
    {
        var rows = labels.SelectMany((label, index) => Texts(label).Select(text => (text, index))).ToList();
        var features = new TextFeatures([.. rows.Select(row => row.text)]);
        var vectors = rows.Select(row => features.Of(row.text)).ToList();
        var weights = new float[labels.Count][];
        Parallel.For(0, labels.Count, label => weights[label] = LinearSeparator.Train(vectors, [.. rows.Select(row => row.index == label)], features.Count()));
        return new Classifier(labels, features, weights);
    }

    public Classified Classify(string text)
    {
        var vector = _features.Of(text);
        var scores = _weights.Select(weights => LinearSeparator.Margin(weights, vector)).ToArray();
        var exps = scores.Select(score => Math.Exp(4 * score)).ToArray();
        var sum = exps.Sum();
        var ranked = exps.Select((e, i) => new LabelScore(_labels[i].Name, Math.Round(e / sum, 4))).OrderByDescending(s => s.Score).ToList();
        return new Classified(ranked[0].Label, ranked[0].Score, ranked);
    }

    private static IEnumerable<string> Texts(LabelExample label) =>
        [label.Name.Replace('_', ' ') + " " + label.Description, .. label.Examples ?? []];
}
