using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace BizQ.Tests.Waits;

/// <summary>A host whose clock stands until it is moved, and agents of real nodes on it.</summary>
internal sealed class WaitStage : IAsyncDisposable
{
    private const string ByHand = """{ "kind": "manual", "input": { "order": 1001 } }""";

    public static readonly DateTimeOffset Monday = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;
    private int _made;

    private WaitStage(TestHost host, Actor owner, FakeTimeProvider clock) => (Host, Owner, Clock) = (host, owner, clock);

    public TestHost Host { get; }

    public Actor Owner { get; }

    public FakeTimeProvider Clock { get; }

    public static async Task<WaitStage> Set(Engine engine, Action<IServiceCollection>? more = null)
    {
        var clock = new FakeTimeProvider(Monday);
        var host = await TestHost.Start(engine, clock, more);
        return new WaitStage(host, await host.NewWorkspace(), clock);
    }

    /// <param name="nodes">Behind a trigger called "start", in the order they are to run.</param>
    public async Task<Agent> Agent(string name, string nodes, string edges, string head = "")
    {
        var definition = $$"""{ "format": 1, "name": "{{name}}", "purpose": "Being tested.", {{head}} "nodes": [ { "id": "start", "kind": "trigger" }, {{nodes}} ], "edges": [ {{edges}} ] }""";
        var saved = await Host.Get<SaveAgent>().Run(Owner, new SaveAgentRequest(null, JsonElement.Parse(definition)), _cancel);
        Assert.True(saved.Ok, string.Join("\n", saved.Refusal?.Problems?.Select(p => $"{p.Pointer}: {p.Message}") ?? [saved.Refusal?.Message]));
        return saved.Value.Agent;
    }

    /// <summary>An agent that only waits, with these settings.</summary>
    public Task<Agent> Waiter(string settings) =>
        Agent($"Waiter {++_made}", $$"""{ "id": "wait", "kind": "wait", "settings": {{settings}} }""", """{ "from": "start", "to": "wait" }""");

    public async Task<Run> Start(Agent agent, string input = ByHand) =>
        (await Host.Get<StartRun>().Run(Owner, new StartRunRequest(agent.Id, "manual", "A test", JsonElement.Parse(input), $"key-{++_made}"), _cancel)).Value;

    /// <summary>A run of an agent that only waits, once it does.</summary>
    public async Task<Run> Waiting(string settings, string input = ByHand)
    {
        var run = await Start(await Waiter(settings), input);
        return (await Until(run.Id, d => d.Run.Status is RunStatus.WaitingForTime or RunStatus.WaitingForEvent, "the run to wait")).Run;
    }

    public async Task<Outcome<NamedEvent>> Tell(string name, string? correlation = null, string payload = "{}", string? key = null, Guid? run = null) =>
        await Host.Get<DeliverEvent>().Run(Owner, new EventRequest(name, correlation, JsonElement.Parse(payload), key, run), _cancel);

    public async Task<RunDetail> Read(Guid run) => (await Host.Get<ReadRun>().Run(Owner, run, _cancel)).Value;

    public Task<RunDetail> Ended(Guid run) => Until(run, d => d.Run.Ended, "the end of the run");

    public Task<RunDetail> Until(Guid run, Func<RunDetail, bool> look, string what) =>
        Eventually.Get(Host.Changes, Owner.WorkspaceId, async () => await Read(run) is var detail && look(detail) ? detail : null, what);

    public async Task<JsonElement> OutputOf(Guid run, string node = "wait")
    {
        var ended = await Ended(run);
        return ended.Steps.Single(s => s.NodeId == node && s.Status != StepStatus.Retried).Output ?? throw new InvalidOperationException(ended.Run.Error?.GetRawText());
    }

    public async Task<List<Run>> Runs()
    {
        await using var db = Host.Database.Open(Owner.WorkspaceId);
        return await db.Runs.AsNoTracking().OrderBy(r => r.Id).ToListAsync(_cancel);
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
