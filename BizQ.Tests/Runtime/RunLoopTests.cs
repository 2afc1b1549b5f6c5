using BizQ.Agents.Models;
using BizQ.Agents.Nodes;
using BizQ.Agents.Runtime;
using BizQ.Core;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Runtime;

/// <summary>The whole loop on a real host: grain, journal, interpreter, effects.</summary>
public sealed class RunLoopTests
{
    private readonly Script _script = new();

    [Theory, ClassData(typeof(Engines))]
    public async Task A_run_goes_through_its_branches_and_ends_with_its_output(Engine engine)
    {
        _script.On("a", _ => Script.Says(new { n = 1 })).On("b", _ => Script.Says(new { n = 2 }))
            .On("end", run => Script.Says(run.Scope.GetProperty("steps").GetProperty("a").GetProperty("output")));
        await using var stage = await Stage.Set(engine, _script);
        var run = await stage.Start(await stage.Agent("start:trigger a b end", "start>a start>b a>end b>end"));

        var done = await stage.Ended(run.Id);
        Assert.Equal(RunStatus.Succeeded, done.Run.Status);
        Assert.Equal(["start", "a", "b", "end"], done.Steps.OrderBy(s => s.NodeId == "start" ? 0 : s.NodeId == "end" ? 2 : 1).ThenBy(s => s.NodeId).Select(s => s.NodeId));
        Assert.Equal([1, 2, 3, 4], done.Steps.Select(s => s.Sequence));
        Assert.Equal(1, done.Steps[3].Output!.Value.GetProperty("n").GetInt32());
        Assert.NotNull(done.Run.DurationMs);
    }

    [Fact]
    public async Task A_branch_that_was_not_taken_does_not_run()
    {
        _script.On("fork", _ => Script.Says(new { @case = "yes" }));
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var run = await stage.Start(await stage.Agent("start:trigger fork a b join", "start>fork fork>a:yes fork>b:no a>join b>join"));

        Assert.Equal(["start", "fork", "a", "join"], (await stage.Ended(run.Id)).Steps.Select(s => s.NodeId));
    }

    [Fact]
    public async Task A_passing_failure_is_tried_again_and_a_lasting_one_is_stored()
    {
        _script.On("a", _ => throw new ModelException("modelBusy", "The model is busy.", retryable: true));
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var run = await stage.Start(await stage.Agent("start:trigger a", "start>a"));

        var failed = await stage.Ended(run.Id);
        Assert.Equal(RunStatus.Failed, failed.Run.Status);
        Assert.Equal(RetryPause.Attempts, _script.Calls["a"]);
        Assert.Equal("modelBusy", failed.Run.Error!.Value.GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_bug_in_a_node_becomes_a_failure_with_a_reference_and_a_retry_mends_it()
    {
        var broken = true;
        _script.On("a", _ => broken ? throw new InvalidOperationException("secret detail") : Script.Says(new { ok = true }));
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var run = await stage.Start(await stage.Agent("start:trigger a", "start>a"));
        var failed = await stage.Ended(run.Id);
        Assert.Contains("reference", failed.Run.Error!.Value.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failed.Run.Error!.Value.GetRawText(), StringComparison.Ordinal);

        broken = false;
        Assert.True((await stage.Host.Get<RetryRun>().Run(stage.Owner, run.Id, TestContext.Current.CancellationToken)).Ok);
        var mended = await stage.Until(run.Id, RunStatus.Succeeded);
        Assert.Equal([StepStatus.Succeeded, StepStatus.Retried, StepStatus.Succeeded], mended.Steps.Select(s => s.Status));
        Assert.Equal(1, _script.Calls.GetValueOrDefault("start", 1));
        Assert.Equal(2, mended.Steps[2].Attempt);
    }

    [Fact]
    public async Task A_node_that_takes_too_long_is_left_behind()
    {
        _script.On("a", async (_, _) =>
        {
            await new TaskCompletionSource().Task;
            return Script.Says(new { });
        });
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var definition = Graphs.Definition("start:trigger a", "start>a");
        var run = await stage.Start(await stage.Agent(definition with { Nodes = [definition.Nodes[0], definition.Nodes[1] with { TimeoutSeconds = 1 }] }));

        Assert.Equal("timedOut", (await stage.Ended(run.Id)).Run.Error!.Value.GetProperty("code").GetString());
    }

    [Fact]
    public async Task An_output_that_is_too_large_fails_its_step_only()
    {
        _script.On("a", _ => Script.Says(new { text = new string('x', NodeWork.MostBytes) }));
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var run = await stage.Start(await stage.Agent("start:trigger a", "start>a"));

        Assert.Equal("tooLarge", (await stage.Ended(run.Id)).Run.Error!.Value.GetProperty("code").GetString());
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Characters_that_a_database_cannot_keep_are_replaced_and_cost_nothing(Engine engine)
    {
        _script.On("a", run => Script.Says(run.Scope.GetProperty("trigger").GetProperty("text")));
        await using var stage = await Stage.Set(engine, _script);
        const string input = """{"kind":"manual","text":"nul \u0000, half \ud83d, whole \ud83d\ude00, written out \\u0000"}""";
        var run = await stage.Start(await stage.Agent("start:trigger a", "start>a"), input: input);

        var text = (await stage.Ended(run.Id)).Steps[1].Output!.Value.GetString();
        Assert.Equal("nul \ufffd, half \ufffd, whole \ud83d\ude00, written out \\u0000", text);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_question_waits_for_a_person_and_the_answer_leads_on(Engine engine)
    {
        _script.On("ask", _ => new NodeResult.Ask("Is this right?", "It matters.", Json.Element(new { shown = true })));
        await using var stage = await Stage.Set(engine, _script);
        var run = await stage.Start(await stage.Agent("start:trigger ask yes no", "start>ask ask>yes:approved ask>no:rejected"));
        var waiting = await stage.Until(run.Id, RunStatus.WaitingForApproval);
        Assert.Equal("Is this right?", Assert.Single(waiting.Approvals).Title);

        Assert.True((await stage.Decide(waiting.Approvals[0], approve: false, "Not like this")).Ok);
        var done = await stage.Ended(run.Id);
        Assert.Equal(["start", "ask", "no"], done.Steps.Select(s => s.NodeId));
        Assert.Equal("Not like this", done.Steps[1].Output!.Value.GetProperty("reason").GetString());
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task An_approved_effect_runs_once_and_its_result_is_the_steps_output(Engine engine)
    {
        _script.On("act", _ => new NodeResult.Propose("test.once", Json.Element(new { what = "this" })));
        await using var stage = await Stage.Set(engine, _script);
        var run = await stage.Start(await stage.Agent("start:trigger act after", "start>act act>after"));
        var waiting = await stage.Until(run.Id, RunStatus.WaitingForApproval);
        Assert.Empty(_script.Tool.Keys);

        Assert.True((await stage.Decide(Assert.Single(waiting.Approvals), approve: true)).Ok);
        var done = await stage.Ended(run.Id);
        Assert.Equal(RunStatus.Succeeded, done.Run.Status);
        Assert.Equal(Assert.Single(done.Effects).IdempotencyKey, Assert.Single(_script.Tool.Keys));
        Assert.Equal(EffectState.Done, done.Effects[0].State);
        Assert.Equal("done", done.Steps[1].Output!.Value.GetProperty("state").GetString());
        Assert.Equal("after", done.Steps[2].NodeId);
    }

    [Fact]
    public async Task A_rejected_effect_is_never_done_and_the_run_says_why()
    {
        _script.On("act", _ => new NodeResult.Propose("test.once", Json.Element(new { })));
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var run = await stage.Start(await stage.Agent("start:trigger act after", "start>act act>after"));
        var waiting = await stage.Until(run.Id, RunStatus.WaitingForApproval);
        Assert.True((await stage.Decide(waiting.Approvals[0], approve: false, "Too soon")).Ok);

        var done = await stage.Ended(run.Id);
        Assert.Equal(RunStatus.Succeeded, done.Run.Status);
        Assert.Equal("Too soon", done.Run.Output!.Value.GetProperty("rejected").GetString());
        Assert.Equal(["start", "act"], done.Steps.Select(s => s.NodeId));
        Assert.Empty(_script.Tool.Keys);
    }

    [Fact]
    public async Task A_cancelled_run_expires_its_questions_and_does_nothing_more()
    {
        _script.On("act", _ => new NodeResult.Propose("test.once", Json.Element(new { })));
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var run = await stage.Start(await stage.Agent("start:trigger act", "start>act"));
        var waiting = await stage.Until(run.Id, RunStatus.WaitingForApproval);
        Assert.True((await stage.Host.Get<CancelRun>().Run(stage.Owner, run.Id, TestContext.Current.CancellationToken)).Ok);

        Assert.Equal("alreadyDecided", (await stage.Decide(waiting.Approvals[0], approve: true)).Refusal?.Code);
        var cancelled = await stage.Read(run.Id);
        Assert.Equal(EffectState.Rejected, cancelled.Effects[0].State);
        Assert.Equal(ApprovalState.Expired, cancelled.Approvals[0].State);
        Assert.Equal("runEnded", (await stage.Host.Get<CancelRun>().Run(stage.Owner, run.Id, TestContext.Current.CancellationToken)).Refusal?.Code);
        Assert.Empty(_script.Tool.Keys);
    }

    [Fact]
    public async Task What_was_on_its_way_when_the_run_was_cancelled_is_still_recorded()
    {
        var (calling, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        _script.On("act", _ => new NodeResult.Propose("test.once", Json.Element(new { })));
        _script.Tool.Answer = async (_, _) =>
        {
            calling.SetResult();
            await answer.Task;
            return new BizQ.Agents.Tools.ToolResult.Done(Json.Element(new { sent = true }));
        };
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var run = await stage.Start(await stage.Agent("start:trigger act", "start>act"));
        await stage.Decide((await stage.Until(run.Id, RunStatus.WaitingForApproval)).Approvals[0], approve: true);
        await calling.Task;
        Assert.True((await stage.Host.Get<CancelRun>().Run(stage.Owner, run.Id, TestContext.Current.CancellationToken)).Ok);
        answer.SetResult();

        var effect = await stage.Host.Until(stage.Owner.WorkspaceId, db => db.Effects.AsNoTracking().FirstOrDefaultAsync(e => e.RunId == run.Id && e.State == EffectState.Done), "the effect");
        Assert.True(effect.Result!.Value.GetProperty("sent").GetBoolean());
        Assert.Equal(RunStatus.Cancelled, (await stage.Read(run.Id)).Run.Status);
    }

    [Fact]
    public async Task The_decision_of_one_branch_does_not_cost_the_other_branch_its_work()
    {
        var (busy, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        _script.On("ask", _ => new NodeResult.Ask("?", "!", Json.EmptyObject)).On("slow", async (_, _) =>
        {
            busy.SetResult();
            await go.Task;
            return Script.Says(new { });
        });
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var run = await stage.Start(await stage.Agent("start:trigger ask slow join", "start>ask start>slow ask>join slow>join"));
        await busy.Task;
        var approval = await stage.Host.Until(stage.Owner.WorkspaceId, db => db.Approvals.AsNoTracking().FirstOrDefaultAsync(a => a.RunId == run.Id), "the question");
        Assert.True((await stage.Decide(approval, approve: true)).Ok);
        go.SetResult();

        Assert.Equal("join", (await stage.Ended(run.Id)).Steps[^1].NodeId);
        Assert.Equal(1, _script.Calls["slow"]);
    }

    [Fact]
    public async Task A_hundred_duplicates_at_once_make_one_run()
    {
        await using var stage = await Stage.Set(Engine.Postgres, _script);
        var agent = await stage.Agent("start:trigger a", "start>a");
        var runs = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => stage.Start(agent, key: "the same")));
        Assert.Single(runs.Select(r => r.Id).Distinct());
        await stage.Ended(runs[0].Id);
        Assert.Equal(1, _script.Calls["a"]);
    }
}
