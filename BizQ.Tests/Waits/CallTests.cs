using BizQ.Agents.Waits;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Waits;

/// <summary>Agents that call agents: what goes down, what comes back, and what ends with what.</summary>
public sealed class CallTests
{
    private const string Rest = """{ "id": "wait", "kind": "wait", "settings": { "event": "go", "correlation": "x" } }""";
    private const string Then = """{ "from": "start", "to": "wait" }""";

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task A_called_agent_gets_the_input_and_its_output_comes_back(Engine engine)
    {
        await using var stage = await WaitStage.Set(engine);
        await stage.Agent("Doubler", """{ "id": "it", "kind": "output", "settings": { "value": "{{ trigger.input.n * 2 }}" } }""", """{ "from": "start", "to": "it" }""");
        var agent = await stage.Agent(
            "Asker",
            """
            { "id": "call", "kind": "agent", "settings": { "agent": "Doubler", "input": { "n": "{{ trigger.input.order }}" } } },
            { "id": "it", "kind": "output", "settings": { "value": "{{ steps.call.output.result + 1 }}" } }
            """,
            """{ "from": "start", "to": "call" }, { "from": "call", "to": "it", "case": "done" }""");
        var run = await stage.Start(agent);

        Assert.Equal(2003, (await stage.Ended(run.Id)).Run.Output!.Value.GetInt32());
        var child = Assert.Single(await stage.Runs(), r => r.ParentRunId == run.Id);
        Assert.Equal((1, 1, "agent", "Asker", stage.Owner.Id), (child.Depth, child.Hops, child.TaskType, child.StartedByName, child.StartedBy));
        Assert.Equal(child.Id, (await stage.OutputOf(run.Id, "call")).GetProperty("runId").GetGuid());
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Thirty_calls_at_once_end_in_their_callers_without_one_lost(Engine engine)
    {
        await using var stage = await WaitStage.Set(engine);
        await stage.Agent("Helper", Rest, Then);
        var calls = string.Join(", ", Enumerable.Range(0, 10).Select(i => $$"""{ "id": "c{{i}}", "kind": "agent", "settings": { "agent": "Helper" } }"""));
        var edges = string.Join(", ", Enumerable.Range(0, 10).Select(i => $$"""{ "from": "start", "to": "c{{i}}" }"""));
        var agent = await stage.Agent("Many", calls, edges);
        var runs = new List<Run> { await stage.Start(agent), await stage.Start(agent), await stage.Start(agent) };
        await stage.Host.Until(stage.Owner.WorkspaceId, async db => await db.RunWaits.CountAsync() == 30 ? "" : null, "thirty helpers to wait");

        Assert.Equal(30, (await stage.Tell("go", "x")).Value.Heard);
        foreach (var run in runs)
        {
            var ended = await stage.Ended(run.Id);
            Assert.Equal((RunStatus.Succeeded, true, 11), (ended.Run.Status, ended.Run.Tainted, ended.Steps.Count));
        }
    }

    [Fact]
    public async Task The_failure_of_a_called_agent_is_its_callers_and_a_retry_calls_anew()
    {
        await using var stage = await WaitStage.Set(Engine.Sqlite);
        await stage.Agent("Fragile", """{ "id": "wait", "kind": "wait", "settings": { "until": "{{ trigger.input.when }}" } }""", Then);
        var agent = await stage.Agent("Careless", """{ "id": "call", "kind": "agent", "settings": { "agent": "Fragile" } }""", """{ "from": "start", "to": "call" }""");
        var run = await stage.Start(agent);

        var error = (await stage.Ended(run.Id)).Run.Error!.Value;
        Assert.Equal(("agentFailed", "badMoment"), (error.GetProperty("code").GetString(), error.GetProperty("cause").GetString()));
        await stage.Host.Get<RetryRun>().Run(stage.Owner, run.Id, _cancel);
        await stage.Until(run.Id, d => d.Run.Ended && d.Steps.Count == 3, "the second failure");
        Assert.Equal(2, (await stage.Runs()).Count(r => r.ParentRunId == run.Id));
    }

    [Fact]
    public async Task An_agent_that_calls_itself_is_stopped_with_a_named_reason()
    {
        await using var stage = await WaitStage.Set(Engine.Sqlite);
        foreach (var wait in new[] { "true", "false" })
            await stage.Start(await stage.Agent($"Narcissus {wait}", $$"""{ "id": "call", "kind": "agent", "settings": { "agent": "Narcissus {{wait}}", "wait": {{wait}} } }""", """{ "from": "start", "to": "call" }"""));
        await stage.Host.Until(stage.Owner.WorkspaceId, async db => await db.Runs.CountAsync() == 22 && await db.Runs.AllAsync(r => r.CompletedAt != null) ? "" : null, "all to end");

        var deepest = (await stage.Runs()).Where(r => r.Depth == CallAgent.MostDepth).ToList();
        Assert.Equal(["callsTooDeep", "callsTooDeep"], deepest.Select(r => r.Error!.Value.GetProperty("code").GetString()));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Cancelling_goes_down_to_all_who_were_called_and_a_failure_to_those_waited_for(Engine engine)
    {
        await using var stage = await WaitStage.Set(engine);
        await stage.Agent("Leaf", Rest, Then);
        await stage.Agent("Branch", """{ "id": "call", "kind": "agent", "settings": { "agent": "Leaf" } }""", """{ "from": "start", "to": "call" }""");
        var root = await stage.Agent("Root", """{ "id": "call", "kind": "agent", "settings": { "agent": "Branch" } }""", """{ "from": "start", "to": "call" }""");
        var cancelled = await stage.Start(root);
        await stage.Host.Until(stage.Owner.WorkspaceId, async db => await db.RunWaits.AnyAsync() ? "" : null, "the leaf to wait");
        Assert.True((await stage.Host.Get<CancelRun>().Run(stage.Owner, cancelled.Id, _cancel)).Ok);
        await stage.Host.Until(stage.Owner.WorkspaceId, async db => await db.Runs.AllAsync(r => r.Status == RunStatus.Cancelled) && !await db.RunWaits.AnyAsync() ? "" : null, "all to be cancelled");

        var failing = await stage.Agent(
            "Failing",
            """
            { "id": "call", "kind": "agent", "settings": { "agent": "Leaf" } }, { "id": "alone", "kind": "agent", "settings": { "agent": "Leaf", "wait": false } },
            { "id": "soon", "kind": "wait", "settings": { "for": "5 s" } }, { "id": "bad", "kind": "wait", "settings": { "until": "{{ trigger.input.when }}" } }
            """,
            """{ "from": "start", "to": "call" }, { "from": "start", "to": "alone" }, { "from": "start", "to": "soon" }, { "from": "soon", "to": "bad" }""");
        var failed = await stage.Start(failing);
        await stage.Host.Until(stage.Owner.WorkspaceId, async db => await db.RunWaits.CountAsync() == 2 ? "" : null, "both leaves to wait");
        await stage.Until(failed.Id, d => d.Run.WakeAt is not null, "the run to rest");
        stage.Clock.Advance(TimeSpan.FromSeconds(5));
        var children = await stage.Host.Until(
            stage.Owner.WorkspaceId,
            async db => await db.Runs.AsNoTracking().Where(r => r.ParentRunId == failed.Id).ToListAsync() is var runs && runs.Exists(r => r.Status == RunStatus.Cancelled) ? runs : null,
            "the leaf that was waited for to be cancelled");
        Assert.Equal([RunStatus.Cancelled, RunStatus.WaitingForEvent], children.Select(r => r.Status).Order().Reverse());
        Assert.Equal(RunStatus.Failed, (await stage.Read(failed.Id)).Run.Status);
    }

    [Fact]
    public async Task A_cancelled_child_is_a_failure_its_caller_hears_of_and_an_orphan_is_found()
    {
        await using var stage = await WaitStage.Set(Engine.Sqlite);
        await stage.Agent("Leaf", Rest, Then);
        var root = await stage.Agent("Root", """{ "id": "call", "kind": "agent", "settings": { "agent": "Leaf" } }""", """{ "from": "start", "to": "call" }""");
        var run = await stage.Start(root);
        var child = await stage.Host.Until(stage.Owner.WorkspaceId, async db => await db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.ParentRunId == run.Id && r.Status == RunStatus.WaitingForEvent), "the child to wait");
        Assert.True((await stage.Host.Get<CancelRun>().Run(stage.Owner, child.Id, _cancel)).Ok);
        Assert.Equal("agentCancelled", (await stage.Ended(run.Id)).Run.Error!.Value.GetProperty("code").GetString());

        // As a process would have left it that died right after its run had failed.
        var other = await stage.Start(root);
        var orphan = await stage.Host.Until(stage.Owner.WorkspaceId, async db => await db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.ParentRunId == other.Id && r.Status == RunStatus.WaitingForEvent), "the next child to wait");
        await stage.Until(other.Id, d => d.Run.Status == RunStatus.WaitingForEvent, "its caller to wait");
        await using (var db = stage.Host.Database.Open(stage.Owner.WorkspaceId))
            await db.Runs.Where(r => r.Id == other.Id).ExecuteUpdateAsync(set => set.SetProperty(r => r.Status, RunStatus.Failed), _cancel);
        await stage.Host.Get<SweepWaits>().Run(_cancel);
        Assert.Equal(RunStatus.Cancelled, (await stage.Ended(orphan.Id)).Run.Status);
    }

    [Fact]
    public async Task A_called_agent_looks_up_and_sends_no_more_than_its_caller_may()
    {
        await using var stage = await WaitStage.Set(Engine.Sqlite);
        const string look = """{ "id": "look", "kind": "context", "settings": { "search": "price", "types": ["document"] } }""";
        const string send = """{ "id": "send", "kind": "tool", "settings": { "tool": "mail.send", "arguments": { "to": "ann@shop.example.org", "subject": "Hello", "text": "Hello Ann." } } }""";
        await stage.Agent("Reader", look, """{ "from": "start", "to": "look" }""");
        await stage.Agent("Writer", send, """{ "from": "start", "to": "send" }""", """ "permissions": { "tools": ["mail.send"], "recipients": ["@shop.example.org"] }, "autonomy": "automatic", """);
        (string Caller, string Permissions, string Called, string? Reason)[] cases =
        [
            ("Blind", """{ "context": ["order"] }""", "Reader", "contextNotPermitted"),
            ("Seeing", """{ "context": ["document"] }""", "Reader", null),
            ("Mute", """{ "recipients": ["@shop.example.org"] }""", "Writer", "blocked"),
            ("Shy", """{ "tools": ["mail.send"], "recipients": ["sender"] }""", "Writer", "blocked"),
        ];
        foreach (var (caller, permissions, called, reason) in cases)
        {
            var agent = await stage.Agent(caller, $$"""{ "id": "call", "kind": "agent", "settings": { "agent": "{{called}}" } }""", """{ "from": "start", "to": "call" }""", $""" "permissions": {permissions}, """);
            var ended = await stage.Ended((await stage.Start(agent)).Id);
            Assert.Equal((caller, reason), (caller, ended.Run.Error?.GetProperty("cause").GetString()));
        }
        var reasons = (await stage.Runs()).Where(r => r.AgentName == "Writer").Select(r => string.Join(' ', r.Error!.Value.GetProperty("reasons").EnumerateArray()));
        Assert.Equal(["toolNotPermitted", "recipientNotAllowedToCaller"], reasons);
    }

    [Fact]
    public void Rights_are_those_that_all_have_and_the_sender_is_who_wrote_to_the_caller()
    {
        static AgentDefinition May(string[] tools, string[] recipients, string[] context, Money? amount, Autonomy autonomy) => new()
        {
            Name = "An agent",
            Purpose = "Being tested",
            Permissions = new PermissionsDefinition { Tools = tools, Recipients = recipients, Context = context },
            Limits = new LimitsDefinition { AmountPerEffect = amount },
            Autonomy = autonomy,
        };
        var own = May(["mail.send", "pay"], ["*"], ["*"], new Money(100, "EUR"), Autonomy.Automatic);
        var caller = May(["mail.send"], ["sender", "@shop.example"], ["order"], new Money(20, "EUR"), Autonomy.Automatic);
        var narrowed = ActWithin.By(own, caller, "ann@example.org");
        Assert.Equal(["mail.send"], narrowed.Permissions.Tools);
        Assert.Equal(["order"], narrowed.Permissions.Context);
        Assert.Equal(["ann@example.org", "@shop.example"], Assert.Single(narrowed.Permissions.RecipientsOfCallers));
        Assert.Equal(new Money(20, "EUR"), narrowed.Limits.AmountPerEffect);
        Assert.Equal(Autonomy.Approve, ActWithin.By(own, caller with { Autonomy = Autonomy.Approve }, null).Autonomy);
        Assert.Null(ActWithin.By(own, May([], [], [], new Money(20, "USD"), Autonomy.Automatic), null).Limits.AmountPerEffect);
    }
}
