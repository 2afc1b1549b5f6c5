using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Waits;

/// <summary>Runs that rest until a moment: the wait node, and what wakes them.</summary>
public sealed class TimersTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task A_run_rests_for_a_time_and_goes_on_when_it_has_come(Engine engine)
    {
        await using var stage = await WaitStage.Set(engine);
        var run = await stage.Waiting("""{ "for": "90 min" }""");
        Assert.Equal(RunStatus.WaitingForTime, run.Status);
        Assert.Equal(WaitStage.Monday.AddMinutes(90), run.WakeAt);

        stage.Clock.Advance(TimeSpan.FromMinutes(89));
        Assert.Equal(RunStatus.WaitingForTime, (await stage.Read(run.Id)).Run.Status);
        stage.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal("time", (await stage.OutputOf(run.Id)).GetProperty("case").GetString());
        var ended = await stage.Read(run.Id);
        Assert.Equal(RunStatus.Succeeded, ended.Run.Status);
        Assert.Null(ended.Run.WakeAt);
        Assert.Equal([StepStatus.Succeeded, StepStatus.Succeeded], ended.Steps.Select(s => s.Status));
    }

    [Fact]
    public async Task The_edge_of_its_case_leads_on_after_a_wait()
    {
        await using var stage = await WaitStage.Set(Engine.Sqlite);
        var agent = await stage.Agent(
            "Two ways",
            """
            { "id": "wait", "kind": "wait", "settings": { "event": "paid", "correlation": "{{ trigger.input.order }}", "for": "1 d" } },
            { "id": "thanks", "kind": "output", "settings": { "value": "{{ steps.wait.output.event.amount }}" } },
            { "id": "remind", "kind": "output", "settings": { "value": "not paid" } }
            """,
            """{ "from": "start", "to": "wait" }, { "from": "wait", "to": "thanks", "case": "event" }, { "from": "wait", "to": "remind", "case": "timedOut" }""");
        var (paid, late) = (await stage.Start(agent), await stage.Start(agent, """{ "kind": "manual", "input": { "order": 1002 } }"""));
        await stage.Until(paid.Id, d => d.Run.Status == RunStatus.WaitingForEvent, "the first to wait");
        await stage.Until(late.Id, d => d.Run.Status == RunStatus.WaitingForEvent, "the second to wait");

        Assert.Equal(1, (await stage.Tell("paid", "1001", """{ "amount": 40 }""")).Value.Heard);
        Assert.Equal(40, (await stage.Ended(paid.Id)).Run.Output!.Value.GetInt32());
        stage.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal("not paid", (await stage.Ended(late.Id)).Run.Output!.Value.GetString());
    }

    [Fact]
    public async Task What_cannot_be_waited_for_is_said_and_a_moment_that_has_passed_does_not_wait()
    {
        await using var stage = await WaitStage.Set(Engine.Sqlite);
        var cases = new (string Settings, string? Outcome, string? Problem)[]
        {
            ("""{ "until": "2026-11-23T08:00:00Z" }""", "time", null),
            ("""{ "until": "{{ trigger.input.due }}" }""", null, "badMoment"),
            ("""{ "until": "{{ 17 }}" }""", null, "badMoment"),
            ("""{ "until": "2028-11-23" }""", null, "waitTooLong"),
            ("""{ "for": "{{ 0.5 }}" }""", null, "badDuration"),
            ("""{ "for": "{{ '401 d' }}" }""", null, "badDuration"),
            ("""{ "for": "{{ trigger.input.patience }}" }""", null, "badDuration"),
            ("""{ "event": "paid", "correlation": "{{ trigger.input.nobody }}" }""", null, "badCorrelation"),
        };
        foreach (var (settings, outcome, problem) in cases)
        {
            var ended = await stage.Ended((await stage.Start(await stage.Waiter(settings))).Id);
            Assert.Equal((settings, outcome), (settings, ended.Steps[^1].Output?.GetProperty("case").GetString()));
            Assert.Equal((settings, problem), (settings, ended.Run.Error?.GetProperty("code").GetString()));
        }
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task What_became_due_while_nobody_was_there_is_woken_by_the_next_process_one_time(Engine engine)
    {
        await using var stage = await WaitStage.Set(engine);
        var runs = new List<Run>();
        var agent = await stage.Waiter("""{ "for": "1 h" }""");
        for (var i = 0; i < 20; i++)
            runs.Add(await stage.Start(agent));
        foreach (var run in runs)
            await stage.Until(run.Id, d => d.Run.Status == RunStatus.WaitingForTime, "all to wait");
        // As another node that is gone would have left it: taken, and nothing done.
        await using (var db = stage.Host.Database.Open(stage.Owner.WorkspaceId))
            await db.Runs.Where(r => r.Id == runs[0].Id).ExecuteUpdateAsync(set => set.SetProperty(r => r.Status, RunStatus.Running).SetProperty(r => r.WakeAt, (DateTimeOffset?)null), _cancel);

        stage.Clock.Advance(TimeSpan.FromHours(1));
        foreach (var run in runs)
            Assert.Equal(2, (await stage.Ended(run.Id)).Steps.Count);
    }
}
