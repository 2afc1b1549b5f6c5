using BizQ.Tests.Kit;

namespace BizQ.Tests.Functions.Corpus;

/// <summary>One entry of the corpus: a piece of JavaScript that means harm.</summary>
/// <param name="Code">An expression, or a whole function with its <c>run</c>.</param>
/// <param name="AsFunction">Whether it is also tried as what a function returns.</param>
public sealed record Attack(string Name, string Code, bool IsFunction, bool AsFunction)
{
    public static readonly IReadOnlyList<Attack> All = [.. Read("escapes.txt"), .. Read("exhaustion.txt")];

    public static TheoryData<string> Expressions => [.. All.Where(a => !a.IsFunction).Select(a => a.Name)];

    public static TheoryData<string> Functions => [.. All.Where(a => a.IsFunction || a.AsFunction).Select(a => a.Name)];

    public string Function => IsFunction ? Code : $"function run(input) {{ return ({Code}\n) }}";

    public static Attack Called(string name) => All.Single(a => a.Name == name);

    private static IEnumerable<Attack> Read(string file)
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "BizQ.Tests", "Functions", "Corpus", file)).Where(line => !line.StartsWith('#')).ToList();
        var starts = Enumerable.Range(0, lines.Count).Where(i => lines[i].StartsWith("=== ", StringComparison.Ordinal)).ToList();
        foreach (var (start, end) in starts.Zip(starts.Skip(1).Append(lines.Count)))
        {
            var name = lines[start][4..].Replace(" (both)", "", StringComparison.Ordinal);
            var code = string.Join('\n', lines[(start + 1)..end]).Trim();
            var whole = code.Contains("function run(", StringComparison.Ordinal) || code.Contains("const run ", StringComparison.Ordinal) || code.Contains("'run'", StringComparison.Ordinal);
            yield return new Attack(name, code, whole, lines[start].EndsWith("(both)", StringComparison.Ordinal));
        }
    }
}
