using BizQ.Agents.Nodes;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Waits;

/// <summary>How long a caller waits, and what it pays for.</summary>
public sealed class CallLimitTests
{
    private const string Rest = """{ "id": "wait", "kind": "wait", "settings": { "event": "go", "correlation": "x" } }""";
    private const string Then = """{ "from": "start", "to": "wait" }""";
    private const string Called = """{ "from": "start", "to": "call" }""";

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task A_called_agent_that_takes_too_long_is_asked_to_stop_with_all_it_has_called(Engine engine)
    {
        await using var stage = await WaitStage.Set(engine);
        await stage.Agent("Leaf", Rest, Then);
        await stage.Agent("Branch", """{ "id": "call", "kind": "agent", "settings": { "agent": "Leaf" } }""", Called);
        var run = await stage.Start(await stage.Agent("Root", """{ "id": "call", "kind": "agent", "timeoutSeconds": 3600, "settings": { "agent": "Branch" } }""", Called));
        await stage.Host.Until(stage.Owner.WorkspaceId, async db => await db.RunWaits.AnyAsync() ? "" : null, "the leaf to wait");
        await stage.Until(run.Id, d => d.Run.WakeAt is not null, "the run to rest");
        Assert.Equal(WaitStage.Monday.AddHours(1), (await stage.Read(run.Id)).Run.WakeAt);

        stage.Clock.Advance(TimeSpan.FromHours(1));
        var failed = await stage.Ended(run.Id);
        Assert.Equal((RunStatus.Failed, "timedOut"), (failed.Run.Status, failed.Run.Error!.Value.GetProperty("code").GetString()));
        var below = await stage.Host.Until(
            stage.Owner.WorkspaceId,
            async db => await db.Runs.AsNoTracking().Where(r => r.Depth > 0).ToListAsync() is var runs && runs.TrueForAll(r => r.Ended) ? runs : null,
            "those below to end");
        Assert.All(below, r => Assert.Equal(RunStatus.Cancelled, r.Status));
        Assert.Contains("took longer", below[0].Error!.Value.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_names_no_limit_has_thirty_days()
    {
        await using var stage = await WaitStage.Set(Engine.Sqlite);
        await stage.Agent("Leaf", Rest, Then);
        var run = await stage.Start(await stage.Agent("Root", """{ "id": "call", "kind": "agent", "settings": { "agent": "Leaf" } }""", Called));
        var resting = await stage.Until(run.Id, d => d.Run.WakeAt is not null, "the run to rest");
        Assert.Equal((RunStatus.WaitingForEvent, WaitStage.Monday + AgentNode.UsualLimit), (resting.Run.Status, resting.Run.WakeAt!.Value));
    }

    [Fact]
    public async Task A_call_is_tried_again_where_its_node_says_so_and_a_late_answer_to_the_first_does_not_count()
    {
        await using var stage = await WaitStage.Set(Engine.Sqlite);
        await stage.Agent("Leaf", Rest + """, { "id": "say", "kind": "output", "settings": { "value": "{{ run.id }}" } }""", Then + """, { "from": "wait", "to": "say" }""");
        var run = await stage.Start(await stage.Agent(
            "Root",
            """{ "id": "call", "kind": "agent", "timeoutSeconds": 60, "retry": { "attempts": 2, "firstSeconds": 10 }, "settings": { "agent": "Leaf" } }""", Called));
        await stage.Host.Until(stage.Owner.WorkspaceId, async db => await db.RunWaits.AnyAsync() ? "" : null, "the first leaf to wait");
        await stage.Until(run.Id, d => d.Run.WakeAt is not null, "the run to rest");
        stage.Clock.Advance(TimeSpan.FromSeconds(60));
        var paused = await stage.Until(run.Id, d => d.Run.Status == RunStatus.WaitingForTime, "the pause");
        var first = await stage.Host.Until(stage.Owner.WorkspaceId, async db => await db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.ParentRunId == run.Id && r.Status == RunStatus.Cancelled), "the first to stop");
        stage.Clock.Advance(paused.Run.WakeAt!.Value - stage.Clock.GetUtcNow());
        var second = await stage.Host.Until(stage.Owner.WorkspaceId, async db => await db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.ParentRunId == run.Id && r.Id != first.Id), "the second call");

        // Somebody lets the first go on, and it ends while the second is waited for.
        await stage.Until(second.Id, d => d.Run.Status == RunStatus.WaitingForEvent, "the second leaf to wait");
        Assert.True((await stage.Host.Get<RetryRun>().Run(stage.Owner, first.Id, _cancel)).Ok);
        await stage.Until(first.Id, d => d.Run.Status == RunStatus.WaitingForEvent, "the first leaf to wait again");
        Assert.True((await stage.Tell("go", run: first.Id)).Ok);
        Assert.Equal(RunStatus.Succeeded, (await stage.Ended(first.Id)).Run.Status);
        Assert.Equal(RunStatus.WaitingForEvent, (await stage.Read(run.Id)).Run.Status);

        Assert.True((await stage.Tell("go", run: second.Id)).Ok);
        var done = await stage.Ended(run.Id);
        Assert.Equal((RunStatus.Succeeded, 2), (done.Run.Status, done.Steps[1].Attempt));
        Assert.Equal(second.Id, done.Steps[1].Output!.Value.GetProperty("runId").GetGuid());
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task What_called_runs_cost_is_charged_up_the_chain_once_however_often_they_end(Engine engine)
    {
        await using var stage = await WaitStage.Set(engine);
        await stage.Agent("Leaf", Rest, Then);
        await stage.Agent("Branch", """{ "id": "call", "kind": "agent", "settings": { "agent": "Leaf" } }""", Called);
        await stage.Agent("Loose", """{ "id": "call", "kind": "agent", "settings": { "agent": "Leaf", "wait": false } }""", Called);
        var waits = await stage.Start(await stage.Agent("Root", """{ "id": "call", "kind": "agent", "settings": { "agent": "Branch" } }""", Called));
        var goesOn = await stage.Start(await stage.Agent("Other", """{ "id": "call", "kind": "agent", "settings": { "agent": "Loose" } }""", Called));
        await stage.Host.Until(stage.Owner.WorkspaceId, async db => await db.RunWaits.CountAsync() == 2 ? "" : null, "both leaves to wait");
        await stage.Ended(goesOn.Id);
        // Each leaf has spent a cent and a half, as its drive would have recorded it, and everybody else half a cent.
        await using (var db = stage.Host.Database.Open(stage.Owner.WorkspaceId))
        {
            await db.Runs.Where(r => r.Depth == 2).ExecuteUpdateAsync(set => set.SetProperty(r => r.CostUsd, 0.015m).SetProperty(r => r.Version, r => r.Version + 1), _cancel);
            await db.Runs.Where(r => r.Depth == 0).ExecuteUpdateAsync(set => set.SetProperty(r => r.CostUsd, 0.005m).SetProperty(r => r.Version, r => r.Version + 1), _cancel);
        }
        Assert.Equal(2, (await stage.Tell("go", "x")).Value.Heard);
        Assert.Equal(0.02m, (await stage.Ended(waits.Id)).Run.CostUsd);
        // The other had ended before, and so had the one between.
        await stage.Until(goesOn.Id, d => d.Run.CostUsd == 0.02m, "the charge to come up to a run that has ended");

        // A leaf that is tried again and spends more is charged for what is new.
        var leaf = (await stage.Runs()).First(r => r.Depth == 2 && r.StartedByName == "Loose");
        await using (var db = stage.Host.Database.Open(stage.Owner.WorkspaceId))
            await db.Runs.Where(r => r.Id == leaf.Id).ExecuteUpdateAsync(set => set.SetProperty(r => r.Status, RunStatus.Failed).SetProperty(r => r.CostUsd, 0.016m).SetProperty(r => r.Version, r => r.Version + 1), _cancel);
        Assert.True((await stage.Host.Get<RetryRun>().Run(stage.Owner, leaf.Id, _cancel)).Ok);
        await stage.Until(goesOn.Id, d => d.Run.CostUsd == 0.021m, "what is new to be charged");
        Assert.Equal(0.02m, (await stage.Read(waits.Id)).Run.CostUsd);
    }

    [Fact]
    public async Task A_caller_that_has_reached_its_limit_by_what_it_called_goes_no_further()
    {
        await using var stage = await WaitStage.Set(Engine.Sqlite);
        await stage.Agent("Leaf", Rest, Then);
        var run = await stage.Start(await stage.Agent(
            "Root", """{ "id": "call", "kind": "agent", "settings": { "agent": "Leaf" } }, { "id": "next", "kind": "transform", "settings": { "set": { "a": 1 } } }""",
            Called + """, { "from": "call", "to": "next" }""", """ "limits": { "costPerRun": { "amount": "0.01", "currency": "USD" } }, """));
        await stage.Host.Until(stage.Owner.WorkspaceId, async db => await db.RunWaits.AnyAsync() ? "" : null, "the leaf to wait");
        await using (var db = stage.Host.Database.Open(stage.Owner.WorkspaceId))
            await db.Runs.Where(r => r.Depth == 1).ExecuteUpdateAsync(set => set.SetProperty(r => r.CostUsd, 0.015m).SetProperty(r => r.Version, r => r.Version + 1), _cancel);
        await stage.Tell("go", "x");
        var parked = await stage.Until(run.Id, d => d.Run.Status == RunStatus.Parked, "the run to be parked");
        Assert.Equal("costLimit", parked.Run.Error!.Value.GetProperty("code").GetString());
    }

    [Fact]
    public void A_called_run_may_cost_no_more_than_its_caller_may()
    {
        static AgentDefinition May(decimal? cost) => new() { Name = "An agent", Purpose = "Being tested", Limits = new LimitsDefinition { CostPerRun = cost is { } most ? new Money(most, "USD") : null } };
        foreach (var (own, caller, both) in new (decimal?, decimal?, decimal?)[] { (2, 1, 1), (1, 2, 1), (null, 1, 1), (1, null, 1), (null, null, null) })
            Assert.Equal(both, ActWithin.By(May(own), May(caller), null).Limits.CostPerRun?.Value);
    }
}
