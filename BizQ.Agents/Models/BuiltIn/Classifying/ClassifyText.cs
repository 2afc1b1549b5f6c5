using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace BizQ.Agents.Models.BuiltIn.Classifying;

/// <summary>The output of a classification, as <see cref="ModelAnswer"/> describes it.</summary>
public sealed record Classified(string Label, double Confidence, IReadOnlyList<LabelScore> Scores);

public sealed record LabelScore(string Label, double Score);

/// <summary>Classifies by the labels' examples. A classifier is learned at first use and kept for the next text with the same labels.</summary>
public sealed class ClassifyText
{
    /// <summary>Classifiers together, in bytes: thousands of usual ones (some 100 kB), or a few with thousands of examples.</summary>
    private const long Kept = 200_000_000;
    /// <summary>More than this is no list of examples any more but a data set; learning would take minutes.</summary>
    private const int MaxCharacters = 5_000_000;

    private readonly LearnedClassifiers _learned = new(Kept);

    /// <summary>How often something had to be learned since the start; a text with known labels adds nothing.</summary>
    public int Learned => _learned.Count;

    public async Task<Classified> Run(string input, IReadOnlyList<LabelExample> labels, CancellationToken cancel)
    {
        if (labels.Count == 0)
            throw new ModelException("noLabels", "There is nothing to choose from: give the node at least one label.", retryable: false);
        if (Texts(labels).Sum(text => (long)text.Length) > MaxCharacters)
            throw new ModelException("tooManyExamples", $"The labels' examples hold more than {MaxCharacters:N0} characters; some hundred examples a label are plenty.", retryable: false);
        var classifier = await _learned.Get(KeyOf(labels), () => Classifier.Train(labels)).WaitAsync(cancel);
        return classifier.Classify(input);
    }

    /// <summary>Made for every text, so without a detour over JSON: some hundred kilobytes of examples take about a millisecond.</summary>
    private static string KeyOf(IReadOnlyList<LabelExample> labels)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var text in Texts(labels))
        {
            // The length keeps "ab" and "c" apart from "a" and "bc".
            hash.AppendData(BitConverter.GetBytes(text.Length));
            hash.AppendData(MemoryMarshal.AsBytes(text.AsSpan()));
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>Everything that is learned from, in order; how many examples a label has stands before them.</summary>
    private static IEnumerable<string> Texts(IReadOnlyList<LabelExample> labels) =>
        labels.SelectMany(label => (IEnumerable<string>)[label.Name, label.Description ?? "", $"{label.Examples?.Count ?? 0}", .. label.Examples ?? []]);
}
