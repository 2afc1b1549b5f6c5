using System.Text.Json;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Agents;

/// <summary>Versions: immutable, numbered without gaps, and never lost to somebody else's save.</summary>
public sealed class SaveAgentTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task Saves_at_the_same_moment_number_versions_without_gaps(Engine engine)
    {
        const int Saves = 12;
        await using var host = await TestHost.Start(engine);
        var actor = await host.NewWorkspace();
        var save = host.Get<SaveAgent>();
        var agent = (await save.Run(actor, Asking(null, 0), _cancel)).Value.Agent;
        var saved = await Task.WhenAll(Enumerable.Range(1, Saves).Select(n => save.Run(actor, Asking(agent.Id, n), _cancel)));
        Assert.All(saved, outcome => Assert.True(outcome.Ok, outcome.Refusal?.Message));
        Assert.Equal(Saves, saved.Select(s => s.Value.Version.Number).Distinct().Count());

        var detail = (await host.Get<ReadAgent>().Run(actor, agent.Id, _cancel)).Value;
        Assert.Equal(Enumerable.Range(1, Saves + 1).Reverse(), detail.Versions.Select(v => v.Number));
        foreach (var one in saved)
            Assert.Equal(one.Value.Version.Definition.GetProperty("purpose").GetString(), (await host.Get<ReadAgent>().Run(actor, agent.Id, one.Value.Version.Number, _cancel)).Value.Current!.Definition.GetProperty("purpose").GetString());
        var stale = await save.Run(actor, Asking(agent.Id, 99) with { ExpectedVersion = 1 }, _cancel);
        Assert.Equal("agentChanged", stale.Refusal?.Code);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Of_two_who_save_from_the_same_version_one_is_told(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var actor = await host.NewWorkspace();
        var save = host.Get<SaveAgent>();
        var agent = (await save.Run(actor, Asking(null, 0), _cancel)).Value.Agent;
        var outcomes = await Task.WhenAll(Enumerable.Range(1, 6).Select(n => save.Run(actor, Asking(agent.Id, n) with { ExpectedVersion = agent.Version }, _cancel)));
        Assert.Single(outcomes, o => o.Ok);
        Assert.All(outcomes.Where(o => !o.Ok), o => Assert.Equal("agentChanged", o.Refusal!.Code));
        Assert.Equal(2, (await host.Get<ReadAgent>().Run(actor, agent.Id, _cancel)).Value.Versions.Count);
    }

    [Fact]
    public async Task A_definition_that_says_the_same_in_another_order_is_no_new_version()
    {
        await using var host = await TestHost.Start();
        var actor = await host.NewWorkspace();
        var first = (await host.Get<SaveAgent>().Run(actor, new SaveAgentRequest(null, JsonElement.Parse(Definitions.Echo)), _cancel)).Value;
        var turned = $$"""{ "purpose": "Says what it is given, louder.", {{Definitions.Echo.TrimStart()[1..].Replace("\"purpose\": \"Says what it is given, louder.\",", "", StringComparison.Ordinal)}}""";
        var again = (await host.Get<SaveAgent>().Run(actor, new SaveAgentRequest(first.Agent.Id, JsonElement.Parse(turned)), _cancel)).Value;
        Assert.False(again.IsNew);
        Assert.Equal(1, again.Version.Number);
    }

    [Fact]
    public async Task A_name_belongs_to_one_agent_even_when_two_ask_at_once()
    {
        await using var host = await TestHost.Start();
        var actor = await host.NewWorkspace();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 5).Select(n => host.Get<SaveAgent>().Run(actor, Asking(null, n), _cancel)));
        Assert.Single(outcomes, o => o.Ok);
        Assert.All(outcomes.Where(o => !o.Ok), o => Assert.Equal("nameTaken", o.Refusal!.Code));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Rolling_back_runs_the_old_version_again_and_begun_runs_keep_theirs(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var actor = await host.NewWorkspace();
        var save = host.Get<SaveAgent>();
        var agent = (await save.Run(actor, new SaveAgentRequest(null, JsonElement.Parse(Definitions.Echo)), _cancel)).Value.Agent;
        var second = (await save.Run(actor, new SaveAgentRequest(agent.Id, JsonElement.Parse(Definitions.Echo.Replace("given, louder", "given, softer", StringComparison.Ordinal).Replace("toUpperCase", "toLowerCase", StringComparison.Ordinal))), _cancel)).Value;
        var before = (await Start(host, actor, agent.Id, "before")).Value;

        var back = await host.Get<RollbackAgent>().Run(actor, new RollbackRequest(agent.Id), _cancel);
        Assert.Equal((1, "Says what it is given, louder."), (back.Value.CurrentVersionNumber, back.Value.Purpose));
        var after = (await Start(host, actor, agent.Id, "after")).Value;
        Assert.Equal("hello", await Said(host, actor, before.Id));
        Assert.Equal("HELLO", await Said(host, actor, after.Id));

        Assert.Equal("noEarlierVersion", (await host.Get<RollbackAgent>().Run(actor, new RollbackRequest(agent.Id), _cancel)).Refusal?.Code);
        Assert.Equal("notFound", (await host.Get<RollbackAgent>().Run(actor, new RollbackRequest(agent.Id, 7), _cancel)).Refusal?.Code);
        Assert.Equal("agentChanged", (await host.Get<RollbackAgent>().Run(actor, new RollbackRequest(agent.Id, 2, second.Agent.Version), _cancel)).Refusal?.Code);
        Assert.Equal("forbidden", (await host.Get<RollbackAgent>().Run(await host.NewPerson(actor.WorkspaceId, Role.Approver), new RollbackRequest(agent.Id, 2), _cancel)).Refusal?.Code);
    }

    private Task<Core.Outcome<Run>> Start(TestHost host, Actor actor, Guid agent, string key) =>
        host.Get<StartRun>().Run(actor, new StartRunRequest(agent, "manual", "A test", JsonElement.Parse("""{ "kind": "manual", "input": { "say": "Hello" } }"""), key), _cancel);

    private static async Task<string?> Said(TestHost host, Actor actor, Guid run)
    {
        var ended = await host.Until(actor.WorkspaceId, db => db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.Id == run && r.CompletedAt != null), "the end of the run");
        return ended.Output!.Value.GetProperty("said").GetString();
    }

    private static SaveAgentRequest Asking(Guid? id, int n) => new(id, JsonElement.Parse(Definitions.Desk.Replace("Answers", $"No. {n} answers", StringComparison.Ordinal)));
}
