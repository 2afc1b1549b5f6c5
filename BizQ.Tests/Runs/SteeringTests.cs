using BizQ.Agents.Nodes;
using BizQ.Agents.Runtime;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;
using BizQ.Tests.Runtime;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Runs;

/// <summary>How people steer runs that are under way: cancel, pause, resume.</summary>
public sealed class SteeringTests
{
    private readonly Script _script = new();
    private readonly TaskCompletionSource _busy = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    public SteeringTests() => _script.On("slow", async (_, _) =>
    {
        _busy.TrySetResult();
        await _go.Task;
        return Script.Says(new { finished = true });
    });

    [Theory, ClassData(typeof(Engines))]
    public async Task Cancelled_once_a_run_finishes_what_it_is_busy_with_and_starts_nothing_new(Engine engine)
    {
        await using var stage = await Stage.Set(engine, _script);
        var run = await stage.Start(await stage.Agent("start:trigger slow after", "start>slow slow>after"));
        await _busy.Task;
        var asked = await stage.Host.Get<CancelRun>().Run(stage.Owner, run.Id, _cancel);
        Assert.Equal(RunStatus.Running, asked.Value.Status);
        Assert.NotNull(asked.Value.CancelRequestedAt);
        _go.SetResult();

        var ended = await stage.Until(run.Id, RunStatus.Cancelled);
        Assert.Equal([("start", StepStatus.Succeeded), ("slow", StepStatus.Succeeded)], ended.Steps.Select(s => (s.NodeId, s.Status)));
        Assert.Equal("Cancelled by Test Owner.", ended.Run.Error!.Value.GetProperty("message").GetString());
        Assert.Equal([RunAsk.Cancel], ended.Notes.Select(n => n.Asked));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Asked_again_or_by_force_it_ends_at_once(bool force)
    {
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var run = await stage.Start(await stage.Agent("start:trigger slow after", "start>slow slow>after"));
        await _busy.Task;
        if (!force)
            await stage.Host.Get<CancelRun>().Run(stage.Owner, run.Id, _cancel);
        var ended = await stage.Host.Get<CancelRun>().Run(stage.Owner, run.Id, force, _cancel);
        Assert.Equal(RunStatus.Cancelled, ended.Value.Status);
        Assert.Equal("runEnded", (await stage.Host.Get<CancelRun>().Run(stage.Owner, run.Id, _cancel)).Refusal?.Code);
        _go.SetResult();
    }

    [Fact]
    public async Task A_cancelled_run_that_was_judging_an_action_does_not_take_it()
    {
        var (judging, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        _script.On("act", async (_, _) =>
        {
            judging.SetResult();
            await go.Task;
            return new NodeResult.Propose("test.once", Json.EmptyObject);
        });
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var run = await stage.Start(await stage.Agent(Graphs.Definition("start:trigger act", "start>act") with { Autonomy = Autonomy.Automatic }));
        await judging.Task;
        await stage.Host.Get<CancelRun>().Run(stage.Owner, run.Id, _cancel);
        go.SetResult();
        await stage.Until(run.Id, RunStatus.Cancelled);
        Assert.Empty(_script.Tool.Keys);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_paused_agents_runs_stop_before_their_next_step_and_go_on_when_it_works_again(Engine engine)
    {
        await using var stage = await Stage.Set(engine, _script);
        var agent = await stage.Agent("start:trigger slow after", "start>slow slow>after");
        var run = await stage.Start(agent);
        await _busy.Task;
        Assert.True((await stage.Host.Get<PauseAgent>().Run(stage.Owner, agent.Id, paused: true, _cancel)).Ok);
        _go.SetResult();
        var held = await stage.Until(run.Id, detail => detail.Steps.Count == 2, "what it was busy with to be recorded");
        Assert.True(held.Held);
        // It is woken, found in a sweep, and still does nothing.
        await stage.Host.Get<IWakeRuns>().Wake(run.Id);
        Assert.Equal(0, await stage.Host.Get<Recovery>().Sweep(thorough: true, _cancel));
        var refused = await stage.Host.Get<StartRun>().Run(stage.Owner, new StartRunRequest(agent.Id, "manual", "Another", Json.EmptyObject, "another"), _cancel);
        Assert.Equal("agentPaused", refused.Refusal?.Code);
        Assert.Equal(2, (await stage.Read(run.Id)).Steps.Count);

        Assert.True((await stage.Host.Get<PauseAgent>().Run(stage.Owner, agent.Id, paused: false, _cancel)).Ok);
        Assert.Equal(["start", "slow", "after"], (await stage.Ended(run.Id)).Steps.Select(s => s.NodeId));
        Assert.Equal(1, _script.Calls["slow"]);
    }

    [Fact]
    public async Task What_a_paused_run_waits_for_may_come_and_is_followed_when_the_agent_works_again()
    {
        _script.On("ask", _ => new NodeResult.Ask("?", "!", Json.EmptyObject));
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var agent = await stage.Agent("start:trigger ask after", "start>ask ask>after");
        var run = await stage.Start(agent);
        var waiting = await stage.Until(run.Id, RunStatus.WaitingForApproval);
        await stage.Host.Get<PauseAgent>().Run(stage.Owner, agent.Id, paused: true, _cancel);
        Assert.True((await stage.Decide(waiting.Approvals[0], approve: true)).Ok);
        Assert.Equal(2, (await stage.Read(run.Id)).Steps.Count);

        await stage.Host.Get<PauseAgent>().Run(stage.Owner, agent.Id, paused: false, _cancel);
        Assert.Equal("after", (await stage.Ended(run.Id)).Steps[^1].NodeId);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Cancelling_flows_to_the_runs_it_has_called_however_deep(Engine engine)
    {
        await using var stage = await Stage.Set(engine, _script);
        _script.On("ask", _ => new NodeResult.Ask("?", "!", Json.EmptyObject));
        var agent = await stage.Agent("start:trigger ask", "start>ask");
        var parent = await stage.Start(agent);
        var (child, grandchild) = (await Called(stage, agent, parent.Id), default(Run));
        grandchild = await Called(stage, agent, child.Id);
        foreach (var run in new[] { parent, child, grandchild })
            await stage.Until(run.Id, RunStatus.WaitingForApproval);

        await stage.Host.Get<CancelRun>().Run(stage.Owner, parent.Id, _cancel);
        foreach (var run in new[] { parent, child, grandchild })
        {
            var ended = await stage.Until(run.Id, RunStatus.Cancelled);
            Assert.Equal("Cancelled by Test Owner.", ended.Run.Error!.Value.GetProperty("message").GetString());
            Assert.Equal(ApprovalState.Expired, Assert.Single(ended.Approvals).State);
        }
    }

    private async Task<Run> Called(Stage stage, Agent agent, Guid parent)
    {
        var (ids, now) = (stage.Host.Get<Ids>(), stage.Host.Clock.GetUtcNow());
        var run = new Run
        {
            Id = ids.New(),
            WorkspaceId = stage.Owner.WorkspaceId,
            AgentId = agent.Id,
            AgentVersionId = agent.CurrentVersionId!.Value,
            AgentName = agent.Name,
            TaskType = "manual",
            Title = "Called",
            IdempotencyKey = $"called-{ids.New()}",
            Input = Json.Element(new { kind = "manual" }),
            Status = RunStatus.Queued,
            StartedAt = now,
            StartedByName = "Test",
            ParentRunId = parent,
        };
        await using var db = stage.Host.Database.Open(stage.Owner.WorkspaceId);
        db.Runs.Add(run);
        await db.SaveChangesAsync(_cancel);
        await stage.Host.Get<IWakeRuns>().Wake(run.Id);
        return run;
    }
}
