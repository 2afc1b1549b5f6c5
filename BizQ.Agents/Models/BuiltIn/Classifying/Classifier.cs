namespace BizQ.Agents.Models.BuiltIn.Classifying;

/// <summary>A trained choice among labels, with a confidence that means what it says.</summary>
public sealed class Classifier
{
    /// <summary>Below this the label is as likely wrong as right.</summary>
    public const double Unsure = 0.5;
    /// <summary>Rounds of trials for the confidence: every example of a small set is left out once, a large set needs one round.</summary>
    private const int MostRounds = 10;
    private const int FewerRounds = 4;
    private const int SmallSet = 300;
    private const int LargeSet = 2000;

    private static readonly string[] s_others = ["other", "others", "else", "something else", "anything else", "none", "none of these", "unknown", "unclear", "misc", "miscellaneous", "other request"];

    private static readonly Lazy<string[]> s_strangers = new(ReadStrangers);

    private readonly IReadOnlyList<string> _labels;
    private readonly string? _other;
    private readonly Separators _separators;
    private readonly Confidence _confidence;

    private Classifier(IReadOnlyList<string> labels, string? other, Separators separators, Confidence confidence) =>
        (_labels, _other, _separators, _confidence) = (labels, other, separators, confidence);

    /// <summary>About what it takes in memory.</summary>
    public long Bytes => _separators.Bytes;

    public static Classifier Train(IReadOnlyList<LabelExample> labels)
    {
        // "Other" without examples is not something to learn but what remains when nothing fits.
        var other = labels.Count > 1 ? labels.FirstOrDefault(IsOther) : null;
        var learned = labels.Where(label => label != other).ToList();
        var rows = learned.SelectMany((label, index) => Rows(label, index)).ToList();
        var trials = Rounds(rows).SelectMany(round => Try(rows, round.Round, round.Rounds, learned.Count)).ToList();
        var separators = Learn(rows, learned.Count);
        return new Classifier([.. learned.Select(label => label.Name)], other?.Name, separators, new Confidence(trials, [.. s_strangers.Value.Select(separators.Margins)]));
    }

    public Classified Classify(string text)
    {
        var margins = _separators.Margins(text);
        var best = Array.IndexOf(margins, margins.Max());
        var sure = _confidence.Of(margins);
        var odds = margins.Select((margin, label) => label == best ? 0 : sure * Math.Exp(Confidence.Steepness * (margin - margins[best]))).ToArray();
        var fit = Math.Min(1, (1 - sure) / Math.Max(odds.Sum(), double.Epsilon));
        var scores = odds.Select((odd, label) => new LabelScore(_labels[label], Math.Round(label == best ? sure : odd * fit, 4)));
        if (_other is not null)
            scores = scores.Append(new LabelScore(_other, Math.Round(1 - sure, 4)));
        var ranked = scores.OrderByDescending(score => score.Score).ToList();
        return new Classified(ranked[0].Label, ranked[0].Score, ranked);
    }

    private static Separators Learn(IReadOnlyList<Row> rows, int labels) => new([.. rows.Select(row => row.Text)], [.. rows.Select(row => row.Label)], labels);

    private static IEnumerable<(int Round, int Rounds)> Rounds(List<Row> rows)
    {
        var rounds = rows.Count <= SmallSet ? Math.Clamp(rows.Max(row => row.Number) + 1, 2, MostRounds) : FewerRounds;
        return Enumerable.Range(0, rows.Count > LargeSet ? 1 : rounds).Select(round => (round, rounds));
    }

    /// <summary>How a classifier without every so-many-th example does on just these. Names and descriptions stay in.</summary>
    private static IEnumerable<(float[] Margins, int Label)> Try(List<Row> rows, int round, int rounds, int labels)
    {
        var held = rows.Where(row => row.Number >= 0 && row.Number % rounds == round).ToList();
        if (held.Count == 0)
            yield break;
        var separators = Learn([.. rows.Except(held)], labels);
        foreach (var row in held)
            yield return (separators.Margins(row.Text), row.Label);
    }

    private static string[] ReadStrangers()
    {
        using var reader = new StreamReader(typeof(Classifier).Assembly.GetManifestResourceStream("classifying/strangers.txt")!);
        return [.. reader.ReadToEnd().Split('\n').Where(line => line.Length > 0 && line[0] != '#')];
    }

    private static bool IsOther(LabelExample label) =>
        label.Examples is not { Count: > 0 } && s_others.Contains(FieldCues.Spaced(label.Name).Trim().ToLowerInvariant());

    private static IEnumerable<Row> Rows(LabelExample label, int index)
    {
        yield return new Row(FieldCues.Spaced(label.Name), index, Number: -1);
        if (label.Description is { Length: > 0 } description)
            yield return new Row(description, index, Number: -1);
        foreach (var (number, example) in (label.Examples ?? []).Where(example => !string.IsNullOrWhiteSpace(example)).Index())
            yield return new Row(example, index, number);
    }

    /// <param name="Number">Of the example within its label; −1 for the label's name and description.</param>
    private sealed record Row(string Text, int Label, int Number);
}
