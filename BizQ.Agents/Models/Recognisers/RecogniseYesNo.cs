using BizQ.Agents.Models.BuiltIn;
using BizQ.Core;

namespace BizQ.Agents.Models.Recognisers;

/// <summary>Whether a text says what a yes-or-no field is named for: "it arrived damaged", "it is not damaged". Nothing said, nothing found.</summary>
public sealed class RecogniseYesNo(IReadOnlySet<string> name) : IRecogniser
{
    private static readonly HashSet<string> s_not = ["not", "no", "never", "without", "isn", "wasn", "aren", "don", "doesn", "didn", "hasn", "haven", "nothing", "neither", "nor"];

    public IEnumerable<Found> Find(string text, DateOnly today)
    {
        var wanted = name.Where(stem => stem is not ("is" or "has" or "wa")).ToHashSet(StringComparer.Ordinal);
        if (wanted.Count == 0)
            yield break;
        foreach (var sentence in Sentences.Of(text))
        {
            var words = Words.Of(sentence.Text);
            var hits = words.Where(word => wanted.Contains(word.Stem)).ToList();
            if (hits.Select(word => word.Stem).Distinct(StringComparer.Ordinal).Count() < wanted.Count)
                continue;
            var denied = words.Any(word => s_not.Contains(word.Lower) && word.Start < hits[^1].Start && hits[^1].Start - word.Start < 40);
            yield return new Found(sentence.Start + hits[0].Start, hits[^1].Start + hits[^1].Length - hits[0].Start,
                sentence.Text[hits[0].Start..(hits[^1].Start + hits[^1].Length)], Json.Element(!denied));
        }
    }
}
