using System.Collections.Frozen;

namespace BizQ.Agents.Models.BuiltIn.Classifying;

/// <summary>Words that mean about the same in trade and service ("refund", "reimburse"), from <c>synonyms.txt</c>, by their stems.</summary>
internal static class Synonyms
{
    private static readonly FrozenDictionary<string, string> s_groups = Read();

    /// <summary>The name of the group a stem stands in; null for the most words, which stand in none.</summary>
    public static string? GroupOf(string stem) => s_groups.GetValueOrDefault(stem);

    private static FrozenDictionary<string, string> Read()
    {
        using var reader = new StreamReader(typeof(Synonyms).Assembly.GetManifestResourceStream("classifying/synonyms.txt")!);
        var groups = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            var words = line.Split(' ');
            foreach (var word in words)
                groups.TryAdd(Stemmer.Stem(word), "+" + words[0]);
        }
        return groups.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
