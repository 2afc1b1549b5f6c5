using System.Security.Cryptography;
using System.Text;
using BizQ.Core;
using Microsoft.Extensions.Caching.Memory;

namespace BizQ.Agents.Models.BuiltIn.Classifying;

/// <summary>The output of a classification, as <see cref="ModelAnswer"/> describes it.</summary>
public sealed record Classified(string Label, double Confidence, IReadOnlyList<LabelScore> Scores);

public sealed record LabelScore(string Label, double Score);

/// <summary>Classifies by the labels' examples. A classifier is trained at first use and kept for the next text with the same labels.</summary>
public sealed class ClassifyText : IDisposable
{
    /// <summary>Trained classifiers together, in bytes: hundreds of usual ones (some 300 kB), or a few with thousands of examples.</summary>
    private const long Kept = 200_000_000;
    /// <summary>About how many features a character of a new example adds; measured from 3 (thousands of examples) to 9 (a few).</summary>
    private const int FeaturesPerCharacter = 6;
    /// <summary>More than this is no list of examples any more but a data set; training would take minutes.</summary>
    private const int MaxCharacters = 5_000_000;

    private readonly MemoryCache _trained = new(new MemoryCacheOptions { SizeLimit = Kept });
    private readonly Lock _lock = new();
    private int _learned;

    /// <summary>How often something had to be learned since the start; a text with known labels adds nothing.</summary>
    public int Trained => _learned;

    public Classified Run(string input, IReadOnlyList<LabelExample> labels, CancellationToken cancel)
    {
        var classifier = For(labels);
        cancel.ThrowIfCancellationRequested();
        return classifier.Classify(input);
    }

    public void Dispose() => _trained.Dispose();

    private Classifier For(IReadOnlyList<LabelExample> labels)
    {
        if (labels.Count == 0)
            throw new ModelException("noLabels", "There is nothing to choose from: give the node at least one label.", retryable: false);
        var text = Json.Text(labels);
        if (text.Length > MaxCharacters)
            throw new ModelException("tooManyExamples", $"The labels' examples hold more than {MaxCharacters:N0} characters; some hundred examples a label are plenty.", retryable: false);
        var key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        if (_trained.TryGetValue(key, out Lazy<Classifier>? known))
            return known!.Value;
        // Two runs with the same new labels train once; others are not held up meanwhile.
        lock (_lock)
        {
            known = _trained.GetOrCreate(key, entry =>
            {
                entry.Size = Math.Min(Kept, 4L * FeaturesPerCharacter * text.Length * Math.Min(labels.Count, 50));
                return new Lazy<Classifier>(() =>
                {
                    Interlocked.Increment(ref _learned);
                    return Classifier.Train(labels);
                });
            })!;
        }
        return known.Value;
    }
}
