using System.Buffers;

namespace BizQ.Agents.Models.BuiltIn;

/// <summary>
/// Takes the common English endings off, so that "refunded", "refunds" and "refunding" meet. Deliberately light: it must never
/// join words of different meaning, and words of other languages should come through nearly untouched.
/// </summary>
public static class Stemmer
{
    private static readonly SearchValues<char> s_vowels = SearchValues.Create("aeiouy");

    public static string Stem(string word)
    {
        // Short words and anything with digits (order numbers, sizes, dates) stay as they are.
        if (word.Length < 4 || word.AsSpan().IndexOfAnyInRange('0', '9') >= 0)
            return word;
        var stem = Plural(word);
        stem = Verb(stem);
        return stem.Length > 4 && stem[^1] == 'e' ? stem[..^1] : stem.Length > 3 && stem[^1] == 'y' ? stem[..^1] + "i" : stem;
    }

    private static string Plural(string word)
    {
        if (word[^1] != 's' || word.EndsWith("ss", StringComparison.Ordinal) || word.EndsWith("us", StringComparison.Ordinal) || word.EndsWith("is", StringComparison.Ordinal))
            return word;
        if (word.EndsWith("ies", StringComparison.Ordinal))
            return word.Length > 4 ? word[..^3] + "y" : word[..^1];
        foreach (var hissing in (ReadOnlySpan<string>)["sses", "shes", "ches", "xes", "zes"])
        {
            if (word.EndsWith(hissing, StringComparison.Ordinal))
                return word[..^2];
        }
        return word[..^1];
    }

    private static string Verb(string word)
    {
        foreach (var ending in (ReadOnlySpan<string>)["ing", "ed"])
        {
            if (!word.EndsWith(ending, StringComparison.Ordinal))
                continue;
            var root = word[..^ending.Length];
            if (root.Length < 3 || !root.AsSpan().ContainsAny(s_vowels) || root[^1] == 'e')
                return word;
            // "shipped" → "ship", but "fall" and "pass" keep both letters.
            return root[^1] == root[^2] && root[^1] is not ('l' or 's' or 'z') ? root[..^1] : root;
        }
        return word;
    }
}
