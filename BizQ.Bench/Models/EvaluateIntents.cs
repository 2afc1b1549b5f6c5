using System.Diagnostics;
using BizQ.Agents.Models;
using BizQ.Agents.Models.BuiltIn.Classifying;

namespace BizQ.Bench.Models;

/// <summary>
/// The built-in classifier on questions of customers: five-fold on BANKING77 (or on the train.csv and test.csv of the data folder),
/// with all examples and with ten a label; and, where it is there, CLINC150 with its questions that fit no label.
/// </summary>
internal sealed class EvaluateIntents : Evaluation
{
    private const int FoldCount = 5;
    private const int Seed = 20261123;

    public override string Name => "intents";

    public override string About => "accuracy of the built-in classifier on customers' questions";

    public override Task Run(Measuring measuring, CancellationToken cancel)
    {
        // The folder given is the one with the files, or the one above it.
        string[] folder = measuring.HasData("train.csv") || !measuring.HasData("intents") ? [] : ["intents"];
        Report(measuring, "", Parts(measuring, folder), cancel);
        if (!measuring.HasData([.. folder, "clinc150_train_val.json"]))
            return Task.CompletedTask;

        var clinc = measuring.Data([.. folder, "clinc150_train_val.json"]);
        var outside = IntentData.Pairs(clinc, "oos_train", "oos_val");
        Report(measuring, "clinc.", [(IntentData.Pairs(clinc, "train"), IntentData.Pairs(clinc, "val"))], cancel, outside);
        return Task.CompletedTask;
    }

    /// <summary>A train.csv with a test.csv as they are; one file alone in five parts, each of which is the test once.</summary>
    private static List<(List<Labelled> Train, List<Labelled> Test)> Parts(Measuring measuring, string[] folder)
    {
        if (measuring.HasData([.. folder, "test.csv"]))
            return [(IntentData.Csv(measuring.Data([.. folder, "train.csv"])), IntentData.Csv(measuring.Data([.. folder, "test.csv"])))];
        var rows = IntentData.Csv(measuring.Data([.. folder, measuring.HasData([.. folder, "train.csv"]) ? "train.csv" : "banking77_train.csv"]));
        var fold = IntentData.Folds(rows, FoldCount, Seed);
        return [.. Enumerable.Range(0, FoldCount).Select(k => (rows.Where((_, i) => fold[i] != k).ToList(), rows.Where((_, i) => fold[i] == k).ToList()))];
    }

    private static void Report(Measuring measuring, string prefix, IReadOnlyList<(List<Labelled> Train, List<Labelled> Test)> splits, CancellationToken cancel, List<Labelled>? outside = null)
    {
        var used = measuring.Quick ? splits.Take(1).ToList() : splits;
        foreach (var (name, most) in new[] { ("full", int.MaxValue), ("10", 10) })
        {
            var results = new List<Trial>();
            foreach (var (index, (train, test)) in used.Index())
            {
                cancel.ThrowIfCancellationRequested();
                var trial = Trial.Of(most == int.MaxValue ? train : IntentData.Few(train, most, Seed + index), test, outside ?? []);
                measuring.Progress($"  {prefix}{name} {index + 1}/{used.Count}: {trial.Accuracy:P2}, trained in {trial.TrainSeconds:0.00} s");
                results.Add(trial);
            }
            var spread = $"{results.Min(r => r.Accuracy):P2} to {results.Max(r => r.Accuracy):P2} over {results.Count} parts";
            measuring.Figure($"{prefix}accuracy.{name}", results.Average(r => r.Accuracy), note: spread);
            measuring.Figure($"{prefix}calibration.{name}", results.Average(r => r.CalibrationError), note: "mean distance of confidence from accuracy");
            measuring.Figure($"{prefix}train_s.{name}", results.Average(r => r.TrainSeconds), "s");
            measuring.Figure($"{prefix}classify_ms.{name}", results.Average(r => r.ClassifyMs), "ms");
            if (outside is null)
                continue;
            measuring.Figure($"{prefix}outside_recall.{name}", results.Average(r => r.OutsideRecall), note: $"questions that fit no label, told by a confidence under {Classifier.Unsure}");
            measuring.Figure($"{prefix}sure.{name}", results.Average(r => r.Sure), note: "share of fitting questions classified with more");
        }
    }

    /// <summary>One training and its test.</summary>
    private sealed record Trial(double Accuracy, double CalibrationError, double TrainSeconds, double ClassifyMs, double OutsideRecall, double Sure)
    {
        public static Trial Of(List<Labelled> train, List<Labelled> test, List<Labelled> outside)
        {
            var labels = train.GroupBy(row => row.Label).OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => new LabelExample(group.Key, null, [.. group.Select(row => row.Text)])).ToList();
            var started = Stopwatch.GetTimestamp();
            var classifier = Classifier.Train(labels);
            var trained = Stopwatch.GetElapsedTime(started).TotalSeconds;
            started = Stopwatch.GetTimestamp();
            var results = test.Select(row => (Got: classifier.Classify(row.Text), row.Label)).Select(r => (r.Got.Confidence, Right: r.Got.Label == r.Label)).ToList();
            var classified = Stopwatch.GetElapsedTime(started).TotalMilliseconds / test.Count;
            return new Trial(
                results.Average(r => r.Right ? 1.0 : 0),
                Calibration(results),
                trained,
                classified,
                outside.Count == 0 ? 0 : outside.Average(row => classifier.Classify(row.Text).Confidence < Classifier.Unsure ? 1.0 : 0),
                results.Average(r => r.Confidence >= Classifier.Unsure ? 1.0 : 0));
        }

        /// <summary>Expected calibration error over ten equal bins.</summary>
        private static double Calibration(List<(double Confidence, bool Right)> results) =>
            results.GroupBy(r => Math.Min(9, (int)(r.Confidence * 10)))
                .Sum(bin => Math.Abs(bin.Average(r => r.Confidence) - bin.Average(r => r.Right ? 1.0 : 0)) * bin.Count() / results.Count);
    }
}
