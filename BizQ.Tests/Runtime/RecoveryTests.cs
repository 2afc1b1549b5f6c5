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

/// <summary>What a crash leaves behind, made as rows, and what is made of it.</summary>
public sealed class RecoveryTests
{
    private readonly Script _script = new();

    [Theory, ClassData(typeof(Engines))]
    public async Task A_run_whose_wake_up_was_lost_is_found_and_finished(Engine engine)
    {
        await using var stage = await Stage.Set(engine, _script);
        var agent = await stage.Agent("start:trigger a", "start>a");
        var request = new StartRunRequest(agent.Id, "manual", "Lost", Json.Element(new { kind = "manual" }), "lost");
        Run run;
        await using (var db = stage.Host.Database.Open(stage.Owner.WorkspaceId))
        {
            run = await stage.Host.Get<StartRun>().Add(db, stage.Owner, agent, request, TestContext.Current.CancellationToken);
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(1, await stage.Host.Get<Recovery>().Sweep(thorough: true, TestContext.Current.CancellationToken));
        Assert.Equal(RunStatus.Succeeded, (await stage.Ended(run.Id)).Run.Status);
        Assert.Equal(1, _script.Calls["a"]);
    }

    [Theory, InlineData("test.once", EffectState.Uncertain, 0), InlineData("test.again", EffectState.Done, 1)]
    public async Task An_effect_found_on_its_way_is_repeated_only_where_that_is_harmless(string operation, EffectState after, int calls)
    {
        _script.On("act", _ => new NodeResult.Propose(operation, Json.EmptyObject));
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var run = await stage.Start(await stage.Agent("start:trigger act", "start>act"));
        await stage.Until(run.Id, RunStatus.WaitingForApproval);
        // As the process would have left it, had it died between the intent and the answer.
        await using (var db = stage.Host.Database.Open(stage.Owner.WorkspaceId))
        {
            (await db.Approvals.SingleAsync(TestContext.Current.CancellationToken)).State = ApprovalState.Approved;
            (await db.Effects.SingleAsync(TestContext.Current.CancellationToken)).State = EffectState.Intended;
            (await db.Runs.SingleAsync(TestContext.Current.CancellationToken)).Status = RunStatus.Running;
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        await stage.Host.Get<Recovery>().Sweep(thorough: false, TestContext.Current.CancellationToken);

        var found = await stage.Until(run.Id, detail => detail.Effects[0].State == after, $"the effect to be {after}");
        Assert.Equal(calls, _script.Tool.Keys.Count);
        if (after == EffectState.Done)
            return;
        var question = Assert.Single(found.Approvals, a => a.State == ApprovalState.Open);
        Assert.Equal(ApprovalKind.Uncertain, question.Kind);
        Assert.True((await stage.Decide(question, approve: true, "I looked", answer: "sent")).Ok);
        Assert.Equal(RunStatus.Succeeded, (await stage.Ended(run.Id)).Run.Status);
        Assert.Empty(_script.Tool.Keys);
    }
}
