using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Tests.Runtime;

/// <summary>A host with scripted nodes, a workspace, and somebody who may decide.</summary>
public sealed class Stage : IAsyncDisposable
{
    private int _started;

    private readonly bool _guest;

    private Stage(TestHost host, Actor owner, Actor approver, bool guest = false) => (Host, Owner, Approver, _guest) = (host, owner, approver, guest);

    public TestHost Host { get; }

    public Actor Owner { get; }

    /// <summary>Not the one who starts runs: nobody approves their own work.</summary>
    public Actor Approver { get; }

    public static async Task<Stage> Set(Engine engine, Script script, TimeProvider? clock = null, Action<IServiceCollection>? more = null, params (string Key, string Value)[] settings)
    {
        var host = await TestHost.Start(engine, clock, services =>
        {
            script.Register(services);
            more?.Invoke(services);
        }, settings);
        return await In(host, guest: false);
    }

    /// <summary>Another workspace on the same host.</summary>
    public Task<Stage> Neighbour() => In(Host, guest: true);

    private static async Task<Stage> In(TestHost host, bool guest)
    {
        var owner = await host.NewWorkspace();
        return new Stage(host, owner, await host.NewPerson(owner.WorkspaceId, Role.Approver, "Test Approver"), guest);
    }

    public Task<Agent> Agent(string nodes, string edges) => Agent(Graphs.Definition(nodes, edges));

    public async Task<Agent> Agent(AgentDefinition definition)
    {
        var (ids, now) = (Host.Get<Ids>(), Host.Clock.GetUtcNow());
        if (definition.Permissions.Tools.Count == 0)
            definition = definition with { Permissions = new PermissionsDefinition { Tools = ["test.once", "test.again"], Recipients = ["customers"] } };
        var agent = new Agent
        {
            Id = ids.New(),
            WorkspaceId = Owner.WorkspaceId,
            Name = $"Agent {ids.New():N}",
            Purpose = definition.Purpose,
            CreatedAt = now,
            UpdatedAt = now,
            CurrentVersionNumber = 1,
        };
        var version = new AgentVersion
        {
            Id = ids.New(),
            WorkspaceId = Owner.WorkspaceId,
            AgentId = agent.Id,
            Number = 1,
            Definition = Json.Element(definition),
            Hash = "",
            CreatedByName = "Test Owner",
            CreatedAt = now,
        };
        agent.CurrentVersionId = version.Id;
        await using var db = Host.Database.Open(Owner.WorkspaceId);
        db.AddRange(agent, version);
        await db.SaveChangesAsync();
        return agent;
    }

    public async Task<Run> Start(Agent agent, string? key = null, string input = """{"kind":"manual","input":{}}""")
    {
        var request = new StartRunRequest(agent.Id, "manual", "A test run", JsonElement.Parse(input), key ?? $"key-{Interlocked.Increment(ref _started)}");
        return (await Host.Get<StartRun>().Run(Owner, request, CancellationToken.None)).Value;
    }

    public Task<Outcome<Approval>> Decide(Approval approval, bool approve, string? reason = null, string? answer = null) =>
        Host.Get<DecideApproval>().Run(Approver, new DecideRequest(approval.Id, approve, reason, null, approval.Hash, answer), CancellationToken.None);

    public async Task<RunDetail> Read(Guid runId) => (await Host.Get<ReadRun>().Run(Owner, runId, CancellationToken.None)).Value;

    public Task<RunDetail> Ended(Guid runId) => Until(runId, detail => detail.Run.Ended, "the end of the run");

    public Task<RunDetail> Until(Guid runId, RunStatus status) => Until(runId, detail => detail.Run.Status == status, $"the run to be {status}");

    public Task<RunDetail> Until(Guid runId, Func<RunDetail, bool> look, string what) => Eventually.Get(
        Host.Changes,
        Owner.WorkspaceId,
        async () => await Read(runId) is var detail && look(detail) ? detail : null,
        what);

    public ValueTask DisposeAsync() => _guest ? ValueTask.CompletedTask : Host.DisposeAsync();
}
