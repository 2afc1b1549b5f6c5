using System.Diagnostics;
using System.Text.Json;
using BizQ.Agents.Functions;

namespace BizQ.Tests.Functions.Corpus;

/// <summary>
/// Every attack of the corpus, against expressions in this process and against functions in theirs: each ends in time and
/// memory, what it says holds no secret, and the next one works. A new attack is a new entry of the files.
/// </summary>
public sealed class CorpusTests(FunctionDesk desk) : IClassFixture<FunctionDesk>
{
    private const string Canary = "canary-6f1d2c9e";
    private const long MostMemory = 64 * 1024 * 1024;
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(2);
    private static readonly JsonElement Scope = JsonElement.Parse("""{"trigger":{"text":"x"},"steps":{},"workspace":{},"run":{},"now":"2026-11-23T10:00:00Z"}""");

    // Where a secret may lie: an environment variable of this process, which the worker's parent is.
    static CorpusTests() => Environment.SetEnvironmentVariable("BIZQ_CANARY", Canary);

    [Theory, MemberData(nameof(Attack.Expressions), MemberType = typeof(Attack))]
    public void An_expression_ends_and_harms_nobody(string name)
    {
        var attack = Attack.Called(name);
        var expressions = new BizQ.Agents.Runtime.Expressions();
        Assert.Equal(2, expressions.Evaluate("1 + 1", Scope).Value.GetInt32());
        var (allocated, spent) = (GC.GetAllocatedBytesForCurrentThread(), ProcessorTime.OfThisThread());

        var value = expressions.Evaluate(attack.Code, Scope);

        // What a thread has allocated in all is more than it ever held at once, and is told apart from what other tests do.
        (allocated, spent) = (GC.GetAllocatedBytesForCurrentThread() - allocated, ProcessorTime.OfThisThread() - spent);
        var said = value.Refusal?.Message ?? value.Value.GetRawText();
        TestContext.Current.SendDiagnosticMessage($"expression {name}: {spent.TotalMilliseconds:F0} ms, {allocated / 1e6:F1} MB: {said[..Math.Min(said.Length, 150)]}");
        Assert.DoesNotContain(Canary, said, StringComparison.Ordinal);
        Assert.InRange(spent, TimeSpan.Zero, MostTime);
        Assert.InRange(allocated, 0, MostMemory);
        Assert.Equal(2, expressions.Evaluate("1 + 1", Scope).Value.GetInt32());
    }

    [Theory, MemberData(nameof(Attack.Functions), MemberType = typeof(Attack))]
    public async Task A_function_ends_and_harms_nobody(string name)
    {
        Assert.Equal("2", await desk.Value("function run() { return 1 + 1 }"));
        var worker = Assert.Single(desk.Pool.Processes, p => p is { Working: false }).Id;
        var (before, spentBefore) = (ProcessorTime.MemoryOf(worker) ?? 0, ProcessorTime.Of(worker) ?? TimeSpan.Zero);
        var clock = Stopwatch.StartNew();

        var call = desk.Call(Attack.Called(name).Function);
        var (peak, spent) = await Watch(worker, call);
        var answer = await call;

        var said = answer is FunctionAnswer.Failed failed ? $"{failed.Code}: {failed.Sentence}" : ((FunctionAnswer.Returned)answer).Value.GetRawText();
        TestContext.Current.SendDiagnosticMessage(
            $"function {name}: {clock.ElapsedMilliseconds} ms, {(spent - spentBefore).TotalMilliseconds:F0} ms of processor, {(peak - before) / 1e6:F0} MB: {said[..Math.Min(said.Length, 150)]}");
        Assert.DoesNotContain(Canary, said, StringComparison.Ordinal);
        Assert.InRange(spent - spentBefore, TimeSpan.Zero, MostTime);
        Assert.InRange(peak - before, 0, MostMemory);
        Assert.False(answer is FunctionAnswer.Failed { Retryable: true }, said);
        Assert.Equal("2", await desk.Value("function run() { return 1 + 1 }"));
    }

    [Fact]
    public void The_corpus_is_whole()
    {
        Assert.InRange(Attack.All.Count, 200, 2000);
        Assert.Equal(Attack.All.Count, Attack.All.Select(a => a.Name).Distinct().Count());
        Assert.All(Attack.All, a => Assert.NotEmpty(a.Code));
    }

    /// <summary>The kernel's own counters, read every few milliseconds: they only grow, and vanish with the process.</summary>
    private static async Task<(long Peak, TimeSpan Spent)> Watch(int worker, Task call)
    {
        var (peak, spent) = (0L, TimeSpan.Zero);
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        do
        {
            peak = Math.Max(peak, ProcessorTime.PeakOf(worker) ?? 0);
            spent = ProcessorTime.Of(worker) is { } now && now > spent ? now : spent;
        }
        while (!call.IsCompleted && await beat.WaitForNextTickAsync());
        return (peak, spent);
    }
}
