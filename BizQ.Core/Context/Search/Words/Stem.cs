namespace BizQ.Core.Context;

/// <summary>
/// Porter's stemmer for English (M. F. Porter, "An algorithm for suffix stripping", 1980): what SQLite's index does to a word, so that
/// "returned" is marked where "returns" was asked for, and how common a word is can be looked up. Pure.
/// </summary>
internal static class Stem
{
    // Steps 2 to 4: a longer suffix stands before one it ends with.
    private static readonly (string Suffix, string By)[] _second =
    [
        ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("logi", "log"), ("bli", "ble"),
        ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"), ("ator", "ate"),
        ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"),
    ];

    private static readonly (string Suffix, string By)[] _third =
        [("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", "")];

    private static readonly string[] _fourth =
        ["ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ion", "ism", "ate", "iti", "ous", "ive", "ize", "al", "er", "ic", "ou"];

    /// <param name="word">Lower case. Anything but a–z is left as it is.</param>
    public static string Of(string word)
    {
        if (word.Length < 3 || word.AsSpan().ContainsAnyExceptInRange('a', 'z'))
            return word;
        var stem = Plural(word);
        stem = Past(stem);
        if (stem.EndsWith('y') && HasVowel(stem.AsSpan(0, stem.Length - 1)))
            stem = stem[..^1] + "i";
        stem = Replace(stem, _second);
        stem = Replace(stem, _third);
        stem = Drop(stem);
        return Tidy(stem);
    }

    private static string Plural(string word) =>
        word.EndsWith("sses", StringComparison.Ordinal) || word.EndsWith("ies", StringComparison.Ordinal) ? word[..^2]
        : word.EndsWith('s') && !word.EndsWith("ss", StringComparison.Ordinal) ? word[..^1]
        : word;

    private static string Past(string word)
    {
        if (word.EndsWith("eed", StringComparison.Ordinal))
            return Measure(word.AsSpan(0, word.Length - 3)) > 0 ? word[..^1] : word;
        var cut = word.EndsWith("ed", StringComparison.Ordinal) ? 2 : word.EndsWith("ing", StringComparison.Ordinal) ? 3 : 0;
        if (cut == 0 || !HasVowel(word.AsSpan(0, word.Length - cut)))
            return word;
        var stem = word[..^cut];
        if (stem.EndsWith("at", StringComparison.Ordinal) || stem.EndsWith("bl", StringComparison.Ordinal) || stem.EndsWith("iz", StringComparison.Ordinal))
            return stem + "e";
        if (EndsDouble(stem) && stem[^1] is not ('l' or 's' or 'z'))
            return stem[..^1];
        return Measure(stem) == 1 && EndsShort(stem) ? stem + "e" : stem;
    }

    private static string Replace(string word, (string Suffix, string By)[] rules)
    {
        foreach (var (suffix, by) in rules)
        {
            if (word.EndsWith(suffix, StringComparison.Ordinal))
                return Measure(word.AsSpan(0, word.Length - suffix.Length)) > 0 ? string.Concat(word.AsSpan(0, word.Length - suffix.Length), by) : word;
        }
        return word;
    }

    private static string Drop(string word)
    {
        var suffix = Array.Find(_fourth, s => word.EndsWith(s, StringComparison.Ordinal));
        if (suffix is null)
            return word;
        var stem = word.AsSpan(0, word.Length - suffix.Length);
        var drops = Measure(stem) > 1 && (suffix != "ion" || stem[^1] is 's' or 't');
        return drops ? stem.ToString() : word;
    }

    private static string Tidy(string word)
    {
        if (word.EndsWith('e') && word[..^1] is var stem && (Measure(stem) > 1 || (Measure(stem) == 1 && !EndsShort(stem))))
            word = stem;
        return word.EndsWith("ll", StringComparison.Ordinal) && Measure(word.AsSpan(0, word.Length - 1)) > 1 ? word[..^1] : word;
    }

    // How many times vowels are followed by consonants.
    private static int Measure(ReadOnlySpan<char> stem)
    {
        var measure = 0;
        for (var i = 1; i < stem.Length; i++)
        {
            if (IsConsonant(stem, i) && !IsConsonant(stem, i - 1))
                measure++;
        }
        return measure;
    }

    private static bool HasVowel(ReadOnlySpan<char> stem)
    {
        for (var i = 0; i < stem.Length; i++)
        {
            if (!IsConsonant(stem, i))
                return true;
        }
        return false;
    }

    private static bool EndsDouble(string stem) => stem.Length > 1 && stem[^1] == stem[^2] && IsConsonant(stem, stem.Length - 1);

    // Consonant, vowel, consonant, the last not w, x or y: hop, but not snow.
    private static bool EndsShort(string stem) =>
        stem.Length > 2 && stem[^1] is not ('w' or 'x' or 'y')
        && IsConsonant(stem, stem.Length - 1) && !IsConsonant(stem, stem.Length - 2) && IsConsonant(stem, stem.Length - 3);

    private static bool IsConsonant(ReadOnlySpan<char> word, int i) => word[i] switch
    {
        'a' or 'e' or 'i' or 'o' or 'u' => false,
        'y' => i == 0 || !IsConsonant(word, i - 1),
        _ => true,
    };
}
