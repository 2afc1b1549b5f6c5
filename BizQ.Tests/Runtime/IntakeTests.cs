using System.Text.Json;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Runtime;

public sealed class IntakeTests
{
    private const string Nodes = "start:trigger a";
    private const string Edges = "start>a";

    [Theory, ClassData(typeof(Engines))]
    public async Task A_key_of_before_answers_with_its_run_even_when_the_agent_takes_no_new_work(Engine engine)
    {
        await using var stage = await Stage.Set(engine, new Script());
        var agent = await stage.Agent(Nodes, Edges);
        var first = await stage.Start(agent, "once");
        await stage.Ended(first.Id);
        Assert.True((await stage.Host.Get<PauseAgent>().Run(stage.Owner, agent.Id, paused: true, TestContext.Current.CancellationToken)).Ok);

        Assert.Equal(first.Id, (await stage.Start(agent, "once")).Id);
        Assert.Equal("agentPaused", (await Start(stage, agent, "twice")).Refusal?.Code);
        Assert.True((await stage.Host.Get<PauseAgent>().Run(stage.Owner, agent.Id, paused: false, TestContext.Current.CancellationToken)).Ok);
        Assert.True((await Start(stage, agent, "twice")).Ok);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task The_version_that_was_saved_last_runs(Engine engine)
    {
        await using var stage = await Stage.Set(engine, new Script());
        var agent = await stage.Agent(Nodes, Edges);
        var before = await stage.Start(agent);
        await using (var db = stage.Host.Database.Open(stage.Owner.WorkspaceId))
        {
            var version = await db.AgentVersions.AsNoTracking().SingleAsync(v => v.AgentId == agent.Id, TestContext.Current.CancellationToken);
            var next = new AgentVersion { Id = stage.Host.Get<Core.Ids>().New(), WorkspaceId = version.WorkspaceId, AgentId = agent.Id, Number = 2, Definition = version.Definition, Hash = "", CreatedByName = "Test", CreatedAt = version.CreatedAt };
            db.Add(next);
            (await db.Agents.SingleAsync(a => a.Id == agent.Id, TestContext.Current.CancellationToken)).CurrentVersionId = next.Id;
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
            Assert.Equal(next.Id, (await stage.Start(agent)).AgentVersionId);
        }
        Assert.NotEqual(before.AgentVersionId, (await stage.Start(agent)).AgentVersionId);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task What_the_caller_was_given_stays_as_it_was_while_the_run_goes_on(Engine engine)
    {
        await using var stage = await Stage.Set(engine, new Script());
        var run = await stage.Start(await stage.Agent(Nodes, Edges));
        Assert.Equal(RunStatus.Succeeded, (await stage.Ended(run.Id)).Run.Status);
        Assert.Equal((RunStatus.Queued, 1), (run.Status, run.Version));
    }

    [Fact]
    public async Task A_run_that_was_not_asked_for_is_forgotten_in_the_end_and_nobody_gets_one_twice()
    {
        await using var kit = await DatabaseKit.Start(Engine.Sqlite);
        var actor = await kit.NewWorkspace();
        var fresh = new FreshRuns();
        var runs = Enumerable.Range(0, 10_000).Select(i => NewRun(kit, actor, i)).ToList();
        runs.ForEach(fresh.Put);
        Assert.Null(fresh.Find(runs[0].Id));
        Assert.NotNull(fresh.Find(runs[^1].Id));
        Assert.NotNull(fresh.Take(runs[^1].Id));
        Assert.Null(fresh.Take(runs[^1].Id));
    }

    private static Task<Core.Outcome<Run>> Start(Stage stage, Agent agent, string key) => stage.Host.Get<StartRun>()
        .Run(stage.Owner, new StartRunRequest(agent.Id, "manual", "A test run", JsonElement.Parse("""{ "kind": "manual" }"""), key), CancellationToken.None);

    private static Run NewRun(DatabaseKit kit, Core.Workspaces.Actor actor, int number) => new()
    {
        Id = kit.Ids.New(),
        WorkspaceId = actor.WorkspaceId,
        AgentId = kit.Ids.New(),
        AgentVersionId = kit.Ids.New(),
        AgentName = "Test agent",
        TaskType = "manual",
        Title = "A test",
        IdempotencyKey = $"{number}",
        Input = Core.Json.EmptyObject,
        Status = RunStatus.Queued,
        StartedAt = kit.Clock.GetUtcNow(),
        StartedByName = actor.Name,
    };
}
