namespace BizQ.Core.Agents;

/// <summary>"Did you mean …?" for a name that is not known but nearly is.</summary>
internal static class Nearest
{
    /// <summary>A sentence with a leading blank, or nothing.</summary>
    public static string Hint(string name, IEnumerable<string> known)
    {
        if (name.Length is 0 or > 60)
            return "";
        var best = known.Select(one => (one, Distance: Distance(name.ToLowerInvariant(), one.ToLowerInvariant()))).OrderBy(one => one.Distance).FirstOrDefault();
        // A third of the letters may differ; more is another word.
        return best.one is not null && best.Distance <= Math.Max(1, name.Length / 3) ? $" Did you mean '{best.one}'?" : "";
    }

    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (one[i - 1] == other[j - 1] ? 0 : 1)));
        }
        return row[^1];
    }
}
