using System.Text.Json;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Agents;

/// <summary>A host on which small agents of real nodes are saved, checked like any other, and run to where they stop.</summary>
internal sealed class NodeDesk : IAsyncDisposable
{
    private const string ByHand = """{ "kind": "manual", "input": { "n": 7, "text": "Where is order 1001?" } }""";

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;
    private int _made;

    private NodeDesk(TestHost host, Actor owner) => (Host, Owner) = (host, owner);

    public TestHost Host { get; }

    public Actor Owner { get; }

    public static async Task<NodeDesk> Start(Engine engine = Engine.Sqlite)
    {
        var host = await TestHost.Start(engine);
        return new NodeDesk(host, await host.NewWorkspace());
    }

    /// <summary>Runs one node behind a trigger; its step is the last.</summary>
    public Task<RunDetail> Try(string kind, string settings, string input = ByHand, string head = "") =>
        Run(head, $$"""{ "id": "start", "kind": "trigger" }, { "id": "it", "kind": "{{kind}}", "settings": {{settings}} }""", """{ "from": "start", "to": "it" }""", input);

    /// <param name="head">More members of the definition, with a comma behind each.</param>
    public async Task<RunDetail> Run(string head, string nodes, string edges, string input = ByHand)
    {
        var number = ++_made;
        var definition = $$"""{ "format": 1, "name": "Agent {{number}}", "purpose": "Being tested.", {{head}} "nodes": [ {{nodes}} ], "edges": [ {{edges}} ] }""";
        var saved = await Host.Get<SaveAgent>().Run(Owner, new SaveAgentRequest(null, JsonElement.Parse(definition)), _cancel);
        Assert.True(saved.Ok, string.Join("\n", saved.Refusal?.Problems?.Select(p => $"{p.Pointer}: {p.Message}") ?? [saved.Refusal?.Message]));
        var run = (await Host.Get<StartRun>().Run(Owner, new StartRunRequest(saved.Value.Agent.Id, "manual", "A test", JsonElement.Parse(input), $"key-{number}"), _cancel)).Value;
        return await Stopped(run.Id);
    }

    public async Task<RunDetail> Decide(RunDetail waiting, bool approve, string? reason = null)
    {
        var approval = Assert.Single(waiting.Approvals, a => a.State == ApprovalState.Open);
        var decided = await Host.Get<DecideApproval>().Run(Owner, new DecideRequest(approval.Id, approve, reason, null, approval.Hash), _cancel);
        Assert.True(decided.Ok, decided.Refusal?.Message);
        return await Until(waiting.Run.Id, detail => detail.Run.Ended);
    }

    private Task<RunDetail> Stopped(Guid run) => Until(run, detail => detail.Run.Ended || detail.Run.Status is RunStatus.Parked or RunStatus.WaitingForApproval);

    private Task<RunDetail> Until(Guid run, Func<RunDetail, bool> look) => Eventually.Get(
        Host.Changes,
        Owner.WorkspaceId,
        async () => (await Host.Get<ReadRun>().Run(Owner, run, CancellationToken.None)).Value is var detail && look(detail) ? detail : null,
        "the run to stop");

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
