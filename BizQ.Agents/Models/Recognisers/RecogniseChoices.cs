using System.Text.Json;
using BizQ.Agents.Models.BuiltIn;

namespace BizQ.Agents.Models.Recognisers;

/// <summary>The values of an enum, where their words stand in the text.</summary>
public sealed class RecogniseChoices(JsonElement choices) : IRecogniser
{
    public IEnumerable<Found> Find(string text, DateOnly today)
    {
        var words = Words.Of(text);
        foreach (var choice in choices.EnumerateArray().Where(choice => choice.ValueKind is JsonValueKind.String or JsonValueKind.Number))
        {
            var wanted = Words.Of(FieldCues.Spaced(choice.ToString()));
            for (var i = 0; wanted.Count > 0 && i + wanted.Count <= words.Count; i++)
            {
                var (first, last) = (words[i], words[i + wanted.Count - 1]);
                if (Enumerable.Range(0, wanted.Count).All(k => Same(text, words[i + k], wanted[k], choice)))
                    yield return new Found(first.Start, last.Start + last.Length - first.Start, text[first.Start..(last.Start + last.Length)], choice);
            }
        }
    }

    /// <summary>A choice of one letter ("M") is only met as it is written, standing free: "don't" and "I'm" hold no sizes.</summary>
    private static bool Same(string text, Word word, Word wanted, JsonElement choice) => wanted.Length > 1
        ? word.Stem == wanted.Stem
        : text.AsSpan(word.Start, word.Length).SequenceEqual(choice.ToString()) && (word.Start == 0 || text[word.Start - 1] is not ('\'' or '’'));
}
