using System.Text.Json;
using BizQ.Agents.Nodes;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;
using BizQ.Tests.Runtime;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Runs;

/// <summary>Runs that have stopped, and what people make of them: retry, rerun, rehearse, one or many.</summary>
public sealed class RepeatTests
{
    private readonly Script _script = new();
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task A_failed_run_goes_on_with_the_newest_version_and_keeps_what_it_has_done(Engine engine)
    {
        _script.On("a", _ => new NodeResult.Failed("broken", "It is broken."));
        await using var stage = await Stage.Set(engine, _script);
        var agent = await stage.Agent("start:trigger done a", "start>done done>a");
        var run = await stage.Start(agent);
        await stage.Until(run.Id, RunStatus.Failed);
        // In the new version another edge stands first, what failed is mended and something follows it.
        _script.On("a", _ => Script.Says(new { ok = true }));
        await Publish(stage, agent, Graphs.Definition("start:trigger done a b", "a>b start>done done>a"));

        Assert.True((await stage.Host.Get<RetryRun>().Run(stage.Owner, new RetryRunRequest(run.Id, Newest: true), _cancel)).Ok);
        var mended = await stage.Until(run.Id, RunStatus.Succeeded);
        Assert.Equal(["start", "done", "a", "a", "b"], mended.Steps.Select(s => s.NodeId));
        Assert.Equal(1, _script.Calls["done"]);
        Assert.Equal([RunAsk.RetryOnNewest], mended.Notes.Select(n => n.Asked));
    }

    [Fact]
    public async Task A_version_that_leads_elsewhere_from_what_was_done_is_refused_and_changes_nothing()
    {
        _script.On("a", _ => new NodeResult.Failed("broken", "It is broken."));
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var agent = await stage.Agent("start:trigger done a", "start>done done>a");
        var run = await stage.Start(agent);
        await stage.Until(run.Id, RunStatus.Failed);
        await Publish(stage, agent, Graphs.Definition("start:trigger done a", "start>done start>a done>a"));

        var refused = await stage.Host.Get<RetryRun>().Run(stage.Owner, new RetryRunRequest(run.Id, Newest: true), _cancel);
        Assert.Equal("versionDiffers", refused.Refusal?.Code);
        Assert.Equal((RunStatus.Failed, run.AgentVersionId), ((await stage.Read(run.Id)).Run.Status, (await stage.Read(run.Id)).Run.AgentVersionId));
    }

    [Fact]
    public async Task A_cancelled_run_can_go_on_after_all_and_asks_again_what_it_had_asked()
    {
        _script.On("ask", _ => new NodeResult.Ask("?", "!", Json.EmptyObject));
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var run = await stage.Start(await stage.Agent("start:trigger ask after", "start>ask ask>after"));
        await stage.Until(run.Id, RunStatus.WaitingForApproval);
        await stage.Host.Get<CancelRun>().Run(stage.Owner, run.Id, _cancel);
        Assert.True((await stage.Host.Get<RetryRun>().Run(stage.Owner, run.Id, _cancel)).Ok);

        var waiting = await stage.Until(run.Id, RunStatus.WaitingForApproval);
        Assert.Equal([ApprovalState.Expired, ApprovalState.Open], waiting.Approvals.OrderBy(a => a.Id).Select(a => a.State));
        await stage.Decide(waiting.Approvals.Single(a => a.State == ApprovalState.Open), approve: true);
        Assert.Equal("after", (await stage.Ended(run.Id)).Steps[^1].NodeId);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_run_is_done_again_with_another_input_and_names_the_one_it_repeats(Engine engine)
    {
        _script.On("a", given => Script.Says(given.Scope.GetProperty("trigger").GetProperty("input")));
        await using var stage = await Stage.Set(engine, _script);
        var run = await stage.Start(await stage.Agent("start:trigger a", "start>a"), input: """{"kind":"manual","input":{"n":1}}""");
        await stage.Ended(run.Id);
        var request = new RepeatRunRequest(run.Id, JsonElement.Parse("""{"kind":"manual","input":{"n":2}}"""), IdempotencyKey: "again");
        var again = (await stage.Host.Get<RepeatRun>().Run(stage.Owner, request, _cancel)).Value;
        Assert.Equal(again.Id, (await stage.Host.Get<RepeatRun>().Run(stage.Owner, request, _cancel)).Value.Id);

        var done = await stage.Ended(again.Id);
        Assert.Equal((run.Id, 2), (done.Run.RepeatOf!.Value, done.Steps[1].Output!.Value.GetProperty("n").GetInt32()));
        Assert.Equal([again.Id], (await stage.Read(run.Id)).Notes.Select(n => n.NewRunId!.Value));
        var compared = (await stage.Host.Get<CompareRuns>().Run(stage.Owner, again.Id, _cancel)).Value;
        Assert.Equal(["start", "a"], compared.Steps.Where(s => !s.Same).Select(s => s.NodeId));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_rehearsal_judges_what_it_would_do_and_nothing_leaves(Engine engine)
    {
        _script.On("ask", _ => new NodeResult.Ask("?", "!", Json.EmptyObject)).On("act", _ => new NodeResult.Propose("test.once", Json.Element(new { what = "this" })));
        await using var stage = await Stage.Set(engine, _script);
        var run = await stage.Start(await stage.Agent("start:trigger ask act told silent", "start>ask ask>act:approved act>told:done act>silent:rejected"));
        await stage.Decide((await stage.Until(run.Id, RunStatus.WaitingForApproval)).Approvals[0], approve: true, "Good");
        await stage.Decide((await stage.Until(run.Id, detail => detail.Approvals.Count == 2, "the second question")).Approvals.Single(a => a.State == ApprovalState.Open), approve: true);
        Assert.Equal("told", (await stage.Ended(run.Id)).Steps[^1].NodeId);

        var rehearsal = (await stage.Host.Get<RepeatRun>().Run(stage.Owner, new RepeatRunRequest(run.Id, Rehearse: true), _cancel)).Value;
        var done = await stage.Ended(rehearsal.Id);
        Assert.Equal(RunStatus.Succeeded, done.Run.Status);
        Assert.Equal(["start", "ask", "act", "told"], done.Steps.Select(s => s.NodeId));
        Assert.Equal("Good", done.Steps[1].Output!.Value.GetProperty("reason").GetString());
        Assert.Equal("rehearsed", done.Steps[2].Output!.Value.GetProperty("case").GetString());
        Assert.Equal(EffectState.Rehearsed, Assert.Single(done.Effects).State);
        Assert.Empty(done.Approvals);
        Assert.DoesNotContain(done.EffectEvents, e => e.To == EffectState.Intended);
        Assert.Single(_script.Tool.Keys);
        var compared = (await stage.Host.Get<CompareRuns>().Run(stage.Owner, rehearsal.Id, _cancel)).Value;
        Assert.True(compared.Steps.All(s => s.Same), string.Join(", ", compared.Steps.Where(s => !s.Same).Select(s => s.NodeId)));
        Assert.Equal("onlyRehearsed", (await stage.Host.Get<RepeatRun>().Run(stage.Owner, new RepeatRunRequest(rehearsal.Id), _cancel)).Refusal?.Code);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Many_are_retried_and_cancelled_by_filter_and_what_cannot_be_is_named(Engine engine)
    {
        var broken = true;
        _script.On("a", _ => broken ? new NodeResult.Failed("broken", "It is broken.") : Script.Says(new { }));
        await using var stage = await Stage.Set(engine, _script);
        var agent = await stage.Agent("start:trigger a", "start>a");
        var runs = new List<Run>();
        for (var n = 0; n < 5; n++)
            runs.Add(await stage.Start(agent));
        foreach (var run in runs)
            await stage.Until(run.Id, RunStatus.Failed);
        broken = false;

        var change = stage.Host.Get<ChangeRuns>();
        Assert.Equal("noRuns", (await change.Run(stage.Owner, new ChangeRunsRequest(RunChange.Retry, Filter: new RunFilter()), null, _cancel)).Refusal?.Code);
        var first = (await change.Run(stage.Owner, new ChangeRunsRequest(RunChange.Retry, [runs[0].Id, stage.Owner.WorkspaceId]), null, _cancel)).Value;
        Assert.Equal([runs[0].Id], first.Done);
        Assert.Equal("notFound", Assert.Single(first.Refused).Code);
        await stage.Until(runs[0].Id, RunStatus.Succeeded);
        var seen = new List<(int, int)>();
        var rest = (await change.Run(stage.Owner, new ChangeRunsRequest(RunChange.Retry, Filter: new RunFilter(AgentId: agent.Id)), new Told(seen), _cancel)).Value;
        Assert.Equal(runs.Skip(1).Select(r => r.Id).Order(), rest.Done.Order());
        Assert.Equal((4, 4), seen[^1]);
        var cancelled = (await change.Run(stage.Owner, new ChangeRunsRequest(RunChange.Cancel, [.. runs.Select(r => r.Id)]), null, _cancel)).Value;
        Assert.Equal(5, cancelled.Done.Count + cancelled.Refused.Count(r => r.Code == "runEnded"));
    }

    private async Task Publish(Stage stage, Agent agent, AgentDefinition definition)
    {
        await using var db = stage.Host.Database.Open(stage.Owner.WorkspaceId);
        var version = new AgentVersion
        {
            Id = stage.Host.Get<Ids>().New(),
            WorkspaceId = agent.WorkspaceId,
            AgentId = agent.Id,
            Number = 2,
            Definition = Json.Element(definition),
            Hash = "",
            CreatedByName = "Test Owner",
            CreatedAt = stage.Host.Clock.GetUtcNow(),
        };
        db.Add(version);
        var row = await db.Agents.SingleAsync(a => a.Id == agent.Id, _cancel);
        (row.CurrentVersionId, row.CurrentVersionNumber) = (version.Id, 2);
        await db.SaveChangesAsync(_cancel);
    }

    private sealed class Told(List<(int Seen, int Of)> seen) : IProgress<(int Seen, int Of)>
    {
        public void Report((int Seen, int Of) value) => seen.Add(value);
    }
}
