using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using BizQ.Core;

namespace BizQ.Agents.Models.BuiltIn;

/// <summary>The output of a classification, as <see cref="ModelAnswer"/> describes it.</summary>
public sealed record Classified(string Label, double Confidence, IReadOnlyList<LabelScore> Scores);

public sealed record LabelScore(string Label, double Score);

/// <summary>Classifies by the labels' examples. A classifier is trained at first use and kept for the next text with the same labels.</summary>
public sealed class ClassifyText
{
    /// <summary>Trained classifiers kept: agents in use on one node, a few hundred kilobytes each for typical labels.</summary>
    private const int Kept = 64;

    private readonly ConcurrentDictionary<string, Lazy<Classifier>> _trained = new(StringComparer.Ordinal);

    public Classified Run(string input, IReadOnlyList<LabelExample> labels, CancellationToken cancel)
    {
        if (labels.Count == 0)
            throw new ModelException("noLabels", "There is nothing to choose from: give the node at least one label.", retryable: false);
        var key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Json.Text(labels))));
        if (_trained.Count >= Kept && !_trained.ContainsKey(key))
            _trained.Clear();
        var classifier = _trained.GetOrAdd(key, _ => new Lazy<Classifier>(() => Classifier.Train(labels))).Value;
        cancel.ThrowIfCancellationRequested();
        return classifier.Classify(input);
    }
}
