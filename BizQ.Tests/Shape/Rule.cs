namespace BizQ.Tests.Shape;

/// <summary>
/// One rule of STYLE.md as a function over sources. It carries files that break it, and a test that it reports them: a rule
/// that cannot fail proves nothing.
/// </summary>
/// <param name="Name">The rule as a sentence.</param>
/// <param name="Broken">One line for each place that breaks it: where, and what to do.</param>
/// <param name="Offenders">Files that break it, each on its own.</param>
public sealed record Rule(string Name, Func<IReadOnlyList<Source>, IEnumerable<string>> Broken, params IReadOnlyList<Source[]> Offenders)
{
    public static Source[] File(string path, string text) => [new Source(path, text)];

    public static string Lines(int count, string each = "// a line") => string.Join('\n', Enumerable.Repeat(each, count));
}
