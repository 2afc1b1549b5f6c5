namespace BizQ.Web.Agents.Versions;

/// <param name="Change">'+', '-' or ' '.</param>
public readonly record struct DiffLine(char Change, string Text);

/// <summary>What became of one text in another, line by line: the longest common part stays, the rest goes or comes.</summary>
public static class LineDiff
{
    /// <summary>More pairs of lines than this (after what is alike at both ends) are shown as replaced as a whole.</summary>
    private const int MostPairs = 4_000_000;

    public static IReadOnlyList<DiffLine> Of(string before, string after)
    {
        var (old, now) = (before.ReplaceLineEndings("\n").Split('\n'), after.ReplaceLineEndings("\n").Split('\n'));
        var start = 0;
        while (start < old.Length && start < now.Length && old[start] == now[start])
            start++;
        var end = 0;
        while (end < old.Length - start && end < now.Length - start && old[^(end + 1)] == now[^(end + 1)])
            end++;
        return
        [
            .. old.Take(start).Select(line => new DiffLine(' ', line)),
            .. Middle(old.AsSpan(start, old.Length - start - end), now.AsSpan(start, now.Length - start - end)),
            .. old.TakeLast(end).Select(line => new DiffLine(' ', line)),
        ];
    }

    /// <summary>Only what changed, with some lines around it; a null stands for lines left out.</summary>
    public static IReadOnlyList<DiffLine?> Around(IReadOnlyList<DiffLine> lines, int context)
    {
        var shown = new List<DiffLine?>();
        var near = new bool[lines.Count];
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i].Change == ' ')
                continue;
            for (var j = Math.Max(0, i - context); j <= Math.Min(lines.Count - 1, i + context); j++)
                near[j] = true;
        }
        for (var i = 0; i < lines.Count; i++)
        {
            if (near[i])
                shown.Add(lines[i]);
            else if (shown is not [.., null])
                shown.Add(null);
        }
        return shown;
    }

    private static List<DiffLine> Middle(ReadOnlySpan<string> old, ReadOnlySpan<string> now)
    {
        var lines = new List<DiffLine>();
        if ((long)old.Length * now.Length > MostPairs)
        {
            foreach (var line in old)
                lines.Add(new DiffLine('-', line));
            foreach (var line in now)
                lines.Add(new DiffLine('+', line));
            return lines;
        }
        var common = new int[old.Length + 1, now.Length + 1];
        for (var i = old.Length - 1; i >= 0; i--)
        {
            for (var j = now.Length - 1; j >= 0; j--)
                common[i, j] = old[i] == now[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }
        var (at, to) = (0, 0);
        while (at < old.Length || to < now.Length)
        {
            if (at < old.Length && to < now.Length && old[at] == now[to])
            {
                lines.Add(new DiffLine(' ', old[at++]));
                to++;
            }
            else if (to == now.Length || (at < old.Length && common[at + 1, to] >= common[at, to + 1]))
                lines.Add(new DiffLine('-', old[at++]));
            else
                lines.Add(new DiffLine('+', now[to++]));
        }
        return lines;
    }
}
