namespace BizQ.Core.Context;

/// <summary>Which searches ask for the same: those that share at least half of their words, however they are put. Pure.</summary>
public static class SearchCluster
{
    private const string Prefix = "search:";
    private const int MostWords = 8;
    private const double Alike = 0.5;

    /// <summary>Null for a text with no word to search for.</summary>
    public static string? Of(string text, IEnumerable<string> known)
    {
        // The longest words say most; a whole mail is more than one question.
        var words = SearchTerms.Of(text).Select(t => Stem.Of(t.Word)).Distinct(StringComparer.Ordinal).OrderByDescending(w => w.Length).Take(MostWords).ToHashSet(StringComparer.Ordinal);
        if (words.Count == 0)
            return null;
        return known.Select(cluster => (cluster, Likeness: Likeness(words, WordsOf(cluster)))).Where(k => k.Likeness >= Alike).OrderByDescending(k => k.Likeness).Select(k => k.cluster).FirstOrDefault()
            ?? Prefix + string.Join(' ', words.Order(StringComparer.Ordinal));
    }

    private static string[] WordsOf(string cluster) => cluster.StartsWith(Prefix, StringComparison.Ordinal) ? cluster[Prefix.Length..].Split(' ') : [];

    private static double Likeness(HashSet<string> words, string[] others) =>
        others.Length == 0 ? 0 : (double)others.Count(words.Contains) / words.Union(others).Count();
}
