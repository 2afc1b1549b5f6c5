namespace BizQ.Core.Context;

/// <summary>A text as the words that tell something, stemmed, and how often each stands in it.</summary>
public readonly record struct WordCounts(IReadOnlyList<string> Words, IReadOnlyList<int> Counts)
{
    /// <summary>A word in the title tells twice as much, as in full-text search.</summary>
    private const int TitleWorth = 2;

    public static WordCounts Of(string title, string text)
    {
        Dictionary<string, int> counts = new(StringComparer.Ordinal);
        Add(counts, title, TitleWorth);
        Add(counts, text, 1);
        return new WordCounts([.. counts.Keys], [.. counts.Values]);
    }

    /// <summary>The same with the strings of words that were met before.</summary>
    public WordCounts Sharing(Dictionary<string, string> known)
    {
        var words = new string[Words.Count];
        for (var i = 0; i < words.Length; i++)
        {
            if (!known.TryGetValue(Words[i], out var word))
                known[Words[i]] = word = Words[i];
            words[i] = word;
        }
        return this with { Words = words };
    }

    private static void Add(Dictionary<string, int> counts, string text, int worth)
    {
        foreach (var word in SearchTerms.Words(text))
        {
            if (StopWords.Has(word))
                continue;
            var stem = Stem.Of(word);
            counts[stem] = counts.GetValueOrDefault(stem) + worth;
        }
    }
}

/// <summary>The known words of a text by number, with what each tells; of length one.</summary>
internal readonly record struct SparseText(int[] Words, float[] Values)
{
    public static SparseText Of(WordCounts text, Dictionary<string, int> words, float[] worth)
    {
        List<int> numbers = new(text.Words.Count);
        List<float> values = new(text.Words.Count);
        var squares = 0f;
        for (var i = 0; i < text.Words.Count; i++)
        {
            if (!words.TryGetValue(text.Words[i], out var number))
                continue;
            var value = (1 + MathF.Log(text.Counts[i])) * worth[number];
            numbers.Add(number);
            values.Add(value);
            squares += value * value;
        }
        var length = MathF.Sqrt(squares);
        return length == 0 ? new SparseText([], []) : new SparseText([.. numbers], [.. values.Select(value => value / length)]);
    }
}
