using BizQ.Core;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Waits;

/// <summary>Named events and the runs that wait for them, whichever comes first.</summary>
public sealed class EventTests
{
    private const string Payment = """{ "event": "paid", "correlation": "{{ trigger.input.order }}" }""";

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task Every_run_that_waits_for_it_hears_an_event_and_is_tainted_by_it(Engine engine)
    {
        await using var stage = await WaitStage.Set(engine);
        var (one, two) = (await stage.Waiting(Payment), await stage.Waiting(Payment));
        var (other, any) = (await stage.Waiting(Payment, """{ "kind": "manual", "input": { "order": 2 } }"""), await stage.Waiting("""{ "event": "paid" }"""));
        Assert.Equal(0, (await stage.Tell("delivered", "1001")).Value.Heard);

        var told = await stage.Tell("paid", "1001", """{ "amount": 12 }""", key: "payment-7");
        Assert.Equal(3, told.Value.Heard);
        foreach (var run in new[] { one, two, any })
        {
            Assert.Equal(12, (await stage.OutputOf(run.Id)).GetProperty("event").GetProperty("amount").GetInt32());
            Assert.True((await stage.Read(run.Id)).Run.Tainted);
        }
        Assert.Equal(RunStatus.WaitingForEvent, (await stage.Read(other.Id)).Run.Status);
        Assert.Equal(told.Value.Id, (await stage.Tell("paid", "1001", key: "payment-7")).Value.Id);
        Assert.Equal("idempotencyKeyUsed", (await stage.Tell("paid", "1002", key: "payment-7")).Refusal!.Code);
        await using var db = stage.Host.Database.Open(stage.Owner.WorkspaceId);
        Assert.Equal(other.Id, Assert.Single(await db.RunWaits.ToListAsync(_cancel)).RunId);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task An_event_that_comes_before_its_wait_is_kept_for_a_day_and_taken_once(Engine engine)
    {
        await using var stage = await WaitStage.Set(engine);
        Assert.Equal(0, (await stage.Tell("paid", "1001", """{ "amount": 1 }""")).Value.Heard);
        await stage.Tell("paid", null, """{ "amount": 2 }""");
        stage.Clock.Advance(TimeSpan.FromHours(23));

        var agent = await stage.Waiter(Payment);
        Assert.Equal(1, (await stage.OutputOf((await stage.Start(agent)).Id)).GetProperty("event").GetProperty("amount").GetInt32());
        var second = await stage.Start(agent);
        await stage.Until(second.Id, d => d.Run.Status == RunStatus.WaitingForEvent, "the second to wait");
        // One that does not say whose it is was for those who waited then.
        await stage.Waiting("""{ "event": "paid" }""");

        await stage.Tell("shipped", "1001");
        stage.Clock.Advance(TimeSpan.FromHours(25));
        await stage.Host.Get<BizQ.Agents.Waits.SweepWaits>().Run(_cancel);
        await stage.Waiting("""{ "event": "shipped", "correlation": "1001" }""");
        await using var db = stage.Host.Database.Open(stage.Owner.WorkspaceId);
        Assert.Empty(await db.NamedEvents.Where(n => n.Name == "shipped").ToListAsync(_cancel));
    }

    [Fact]
    public async Task An_event_for_one_run_is_heard_by_no_other_and_none_is_heard_after_the_end()
    {
        await using var stage = await WaitStage.Set(Engine.Sqlite);
        var (one, two) = (await stage.Waiting(Payment), await stage.Waiting(Payment));
        Assert.Equal(1, (await stage.Tell("paid", run: one.Id)).Value.Heard);
        await stage.Ended(one.Id);
        Assert.Equal(RunStatus.WaitingForEvent, (await stage.Read(two.Id)).Run.Status);

        Assert.Equal(RefusalKind.Conflict, (await stage.Tell("paid", run: one.Id)).Refusal!.Kind);
        Assert.Equal(RefusalKind.NotFound, (await stage.Tell("paid", run: stage.Host.Get<Ids>().New())).Refusal!.Kind);
        var stranger = await stage.Host.NewWorkspace("Another");
        var foreign = await stage.Host.Get<DeliverEvent>().Run(stranger, new EventRequest("paid", "1001", Json.EmptyObject), _cancel);
        Assert.Equal(0, foreign.Value.Heard);
        Assert.Equal("forbidden", (await stage.Host.Get<DeliverEvent>().Run(stage.Owner with { Permissions = Actor.Of(Role.Viewer) }, new EventRequest("paid", null, Json.EmptyObject), _cancel)).Refusal!.Code);
    }

    [Fact]
    public async Task What_is_no_event_is_refused()
    {
        await using var stage = await WaitStage.Set(Engine.Sqlite);
        foreach (var name in new[] { "", "9 lives", "über" })
            Assert.Equal("badEventName", (await stage.Tell(name)).Refusal!.Code);
        Assert.Equal("badCorrelation", (await stage.Tell("paid", new string('x', 201))).Refusal!.Code);
        Assert.Equal(RefusalKind.TooLarge, (await stage.Tell("paid", payload: $"\"{new string('x', DeliverEvent.MostBytes)}\"")).Refusal!.Kind);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task An_event_and_the_end_of_the_patience_at_the_same_instant_come_to_one_outcome(Engine engine)
    {
        await using var stage = await WaitStage.Set(engine);
        var agent = await stage.Waiter("""{ "event": "paid", "correlation": "{{ trigger.input.order }}", "for": "10 s" }""");
        var runs = new List<Run>();
        for (var i = 0; i < 30; i++)
            runs.Add(await stage.Start(agent, $$"""{ "kind": "manual", "input": { "order": {{i}} } }"""));
        foreach (var run in runs)
            await stage.Until(run.Id, d => d.Run.Status == RunStatus.WaitingForEvent, "all to wait");

        stage.Clock.Advance(TimeSpan.FromSeconds(10));
        var told = await Task.WhenAll(Enumerable.Range(0, runs.Count).Select(i => Task.Run(() => stage.Tell("paid", $"{i}"), _cancel)));
        for (var i = 0; i < runs.Count; i++)
        {
            var ended = await stage.Ended(runs[i].Id);
            Assert.Equal(2, ended.Steps.Count);
            Assert.Equal(told[i].Value.Heard == 1 ? "event" : "timedOut", ended.Steps[1].Output!.Value.GetProperty("case").GetString());
        }
        await using var db = stage.Host.Database.Open(stage.Owner.WorkspaceId);
        Assert.Empty(await db.RunWaits.ToListAsync(_cancel));
    }
}
