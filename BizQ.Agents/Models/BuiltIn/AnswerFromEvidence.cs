using BizQ.Core.Context;

namespace BizQ.Agents.Models.BuiltIn;

/// <summary>The output of an answer, as <see cref="ModelAnswer"/> describes it.</summary>
public sealed record Answered(string Text, bool Known, double Confidence, IReadOnlyList<Citation> Citations);

public sealed record Citation(string Title, string Source, string Text, Guid? Id);

/// <summary>
/// Answers a question with the sentences of the evidence that fit it best, each with its source, or says that it does not know.
/// </summary>
public sealed class AnswerFromEvidence
{
    private const int MostSentences = 3;
    /// <summary>Share of the question's meaning that a passage must speak of before it counts as an answer.</summary>
    private const double Enough = 0.45;

    public Answered Run(string question, IReadOnlyList<Evidence> evidence, CancellationToken cancel)
    {
        var asked = Words.Content(question).Select(word => word.Stem).Distinct(StringComparer.Ordinal).ToList();
        var sentences = evidence.Where(e => e.Kind != "input")
            .SelectMany(e => Sentences.Of(e.Text).Select(s => (Evidence: e, s.Text, Stems: Words.Content(e.Title + " " + s.Text).Select(w => w.Stem).ToHashSet(StringComparer.Ordinal))))
            .ToList();
        cancel.ThrowIfCancellationRequested();
        var weight = asked.ToDictionary(stem => stem, stem => Math.Log(1 + (sentences.Count + 1.0) / (1 + sentences.Count(s => s.Stems.Contains(stem)))), StringComparer.Ordinal);
        var all = weight.Values.Sum();
        var best = sentences
            .Select(s => (s.Evidence, s.Text, Score: all == 0 ? 0 : asked.Where(s.Stems.Contains).Sum(stem => weight[stem]) / all))
            .OrderByDescending(s => s.Score)
            .Take(MostSentences)
            .ToList();
        if (best.Count == 0 || best[0].Score < Enough)
            return new Answered("I do not know: nothing I have here answers this.", false, best.Count == 0 ? 0 : Math.Round(best[0].Score, 4), []);
        var used = best.Where(s => s.Score >= best[0].Score * 0.8).ToList();
        var cited = used.Select(s => s.Evidence).Distinct().ToList();
        var text = string.Join(' ', used.Select(s => $"{s.Text} [{cited.IndexOf(s.Evidence) + 1}]"));
        var citations = cited.Select(e => new Citation(e.Title, e.Source, string.Join(' ', used.Where(s => s.Evidence == e).Select(s => s.Text)), e.Id)).ToList();
        return new Answered(text, true, Math.Round(Math.Min(1, best[0].Score), 4), citations);
    }
}
