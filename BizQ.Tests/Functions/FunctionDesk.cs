using System.Text.Json;
using BizQ.Agents.Functions;
using Microsoft.Extensions.Logging.Abstractions;

namespace BizQ.Tests.Functions;

/// <summary>Real worker processes of the real program, without a host around them.</summary>
public sealed class FunctionDesk : IAsyncDisposable
{
    public static readonly Guid Ours = Guid.Parse("01900000-0000-7000-8000-000000000001");
    public static readonly Guid Theirs = Guid.Parse("01900000-0000-7000-8000-000000000002");
    public static readonly DateTimeOffset Now = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);

    public FunctionPool Pool { get; private init; } = PoolOf(new FunctionOptions { Workers = 2 }, TimeProvider.System);

    public static FunctionDesk Of(FunctionOptions options, TimeProvider? clock = null) => new() { Pool = PoolOf(options, clock ?? TimeProvider.System) };

    public Task<FunctionAnswer> Call(string code, string input = "null", Guid? workspace = null, CancellationToken? cancel = null) =>
        Pool.Call(workspace ?? Ours, code, JsonElement.Parse(input), Now, cancel ?? TestContext.Current.CancellationToken);

    public async Task<string> Value(string code, string input = "null", Guid? workspace = null)
    {
        var answer = await Call(code, input, workspace);
        Assert.True(answer is FunctionAnswer.Returned, (answer as FunctionAnswer.Failed)?.Sentence);
        return ((FunctionAnswer.Returned)answer).Value.GetRawText();
    }

    public async Task<FunctionAnswer.Failed> Failure(string code, string input = "null") => Assert.IsType<FunctionAnswer.Failed>(await Call(code, input));

    private static FunctionPool PoolOf(FunctionOptions options, TimeProvider clock) => new(options, new WorkerLaunch(typeof(Program).Assembly), clock, NullLogger<FunctionPool>.Instance);

    public ValueTask DisposeAsync() => Pool.DisposeAsync();
}
