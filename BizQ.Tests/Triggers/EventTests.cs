using System.Text.Json;
using BizQ.Agents.Triggers;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Core.Triggers;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Triggers;

public sealed class EventTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task A_change_starts_those_who_wait_for_its_type_and_condition_and_is_gone_then(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var owner = await host.NewWorkspace();
        await Waiting(host, owner, "orders", new TriggerDefinition("changed", "event") { Event = EventNames.EntityChanged, Type = "Order", When = "trigger.change === 'added' && trigger.entity.key !== 'OG-2'" });
        await Waiting(host, owner, "files", new TriggerDefinition("file", "event") { Event = EventNames.DocumentArrived });
        await Write(host, owner, "customer", "ada");
        await Write(host, owner, "order", "OG-1");
        await Write(host, owner, "order", "OG-1", "paid");
        await Write(host, owner, "order", "OG-2");
        (await host.Get<AddDocument>().Run(owner, new AddDocumentRequest("terms.txt", "text/plain", "Our terms."u8.ToArray(), null, SourceKind.Person, "Ada"), _cancel)).ToString();
        await Write(host, owner, "order", "OG-3");

        var runs = await Settled(host, owner, 3);
        Assert.Equal(["document.arrived", "entity.changed OG-1", "entity.changed OG-3"], runs.Select(Said).Order(StringComparer.Ordinal));
        Assert.All(runs, run => Assert.Equal(("event", 0), (run.TaskType, run.Hops)));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task What_happened_before_a_crash_starts_its_runs_after_it_and_once(Engine engine)
    {
        await using var host = await TestHost.Start(engine, more: services => services.Remove(services.Single(s => s.ImplementationType == typeof(DispatchEvents))));
        var owner = await host.NewWorkspace();
        await Waiting(host, owner, "orders", new TriggerDefinition("changed", "event") { Event = EventNames.EntityChanged });
        await Write(host, owner, "order", "OG-1");
        InternalEvent happened;
        await using (var db = host.Database.Open(owner.WorkspaceId))
        {
            happened = await db.InternalEvents.AsNoTracking().SingleAsync(_cancel);
            Assert.Empty(await db.Runs.ToListAsync(_cancel));
        }
        // Several nodes find it at once.
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => host.Get<StartEventRuns>().Of(happened, _cancel)));
        Assert.Single(await Settled(host, owner, 1));
    }

    [Fact]
    public async Task A_failed_run_and_a_circle_of_them_come_to_an_end_with_a_reason_on_the_page()
    {
        await using var host = await TestHost.Start();
        var owner = await host.NewWorkspace();
        // It fails, hears of it, and fails again.
        var agent = await Waiting(host, owner, "clumsy", new TriggerDefinition("failed", "event") { Event = EventNames.RunFailed, Agent = "clumsy" }, """{ "value": "{{ 'a'.toUppercase() }}" }""");
        var other = await Waiting(host, owner, "other", new TriggerDefinition("failed", "event") { Event = EventNames.RunFailed, Agent = "somebody else" });
        await host.Get<StartRun>().Run(owner, new StartRunRequest(agent.Id, "manual", "First", Json.Element(new { kind = "manual", input = 1 }), "first"), _cancel);

        var line = await Eventually.Get(host.Changes, owner.WorkspaceId, async () =>
            (await host.Get<ListTriggers>().Run(owner, agent.Id, _cancel)).Value.Single() is { Problem: not null } found ? found : null, "the reason");
        Assert.StartsWith("This would be run number 12 in a row", line.Problem, StringComparison.Ordinal);
        await using var db = host.Database.Open(owner.WorkspaceId);
        var runs = await db.Runs.AsNoTracking().OrderBy(r => r.Id).ToListAsync(_cancel);
        Assert.Equal(Enumerable.Range(0, 11), runs.Select(r => r.Hops));
        Assert.DoesNotContain(runs, run => run.AgentId == other.Id);
        Assert.Equal(runs[^1].Id, line.LastRunId);
    }

    [Fact]
    public async Task Nothing_is_written_down_where_nobody_waits_and_a_rollback_stops_the_waiting()
    {
        await using var host = await TestHost.Start();
        var owner = await host.NewWorkspace();
        await Write(host, owner, "order", "OG-1");
        var agent = await Waiting(host, owner, "orders", new TriggerDefinition("mail", "mail"));
        await Waiting(host, owner, "orders", new TriggerDefinition("changed", "event") { Event = EventNames.EntityChanged }, agentId: agent.Id);
        await using (var db = host.Database.Open(owner.WorkspaceId))
            Assert.Single(await db.EventListeners.ToListAsync(_cancel));
        Assert.True((await host.Get<RollbackAgent>().Run(owner, new RollbackRequest(agent.Id), _cancel)).Ok);
        await using (var db = host.Database.Open(owner.WorkspaceId))
        {
            Assert.Empty(await db.EventListeners.ToListAsync(_cancel));
            Assert.Empty(await db.InternalEvents.ToListAsync(_cancel));
        }
    }

    [Fact]
    public async Task A_trigger_that_mixes_kinds_or_lacks_what_its_kind_needs_is_told_so()
    {
        await using var host = await TestHost.Start();
        var owner = await host.NewWorkspace();
        var definition = Definition("wrong", null,
            """[{"id":"a","kind":"event"},{"id":"b","kind":"event","event":"document.arrived","type":"order","agent":"x","when":"steps.x.output"},{"id":"c","kind":"webhook","queue":"q"},{"id":"d","kind":"queue"},{"id":"e","kind":"schedule","cron":"0 0 8 * * ?","mostMissed":3},{"id":"f","kind":"queue","queue":"../other"},{"id":"g","kind":"event","event":"nothing"}]""");
        var pointers = host.Get<CheckDefinition>().ProblemsOf(definition).Select(p => p.Pointer).Distinct();
        Assert.Equal(["/triggers/0/event", "/triggers/1/type", "/triggers/1/agent", "/triggers/1/when", "/triggers/2/queue", "/triggers/3/queue", "/triggers/4/mostMissed", "/triggers/5/queue", "/triggers/6/event"], pointers);
    }

    private async Task<Agent> Waiting(TestHost host, Actor owner, string name, TriggerDefinition trigger, string value = """{ "value": "done" }""", Guid? agentId = null)
    {
        var saved = await host.Get<SaveAgent>().Run(owner, new SaveAgentRequest(agentId, Definition(name, value, Json.Text(new[] { trigger }))), _cancel);
        Assert.True(saved.Ok, saved.Refusal?.ToString() + string.Join(' ', saved.Refusal?.Problems ?? []));
        return saved.Value.Agent;
    }

    private static JsonElement Definition(string name, string? settings, string triggers) => JsonElement.Parse(
        $$"""
        { "format": 1, "name": "{{name}}", "purpose": "Waiting", "triggers": {{triggers}},
          "nodes": [{ "id": "start", "kind": "trigger" }, { "id": "end", "kind": "output", "settings": {{settings ?? """{ "value": 1 }"""}} }],
          "edges": [{ "from": "start", "to": "end" }] }
        """);

    private async Task Write(TestHost host, Actor owner, string type, string key, string state = "new") =>
        Assert.True((await host.Get<WriteEntity>().Run(owner, new WriteEntityRequest(null, type, key, key, Json.Element(new { state }), SourceKind.Person, "Ada"), _cancel)).Ok);

    /// <summary>Once so many have been started and no event is left that could start more.</summary>
    private static Task<List<Run>> Settled(TestHost host, Actor owner, int count) => host.Until(
        owner.WorkspaceId,
        async db => !await db.InternalEvents.AnyAsync() && await db.Runs.AsNoTracking().OrderBy(r => r.Id).ToListAsync() is { } runs && runs.Count >= count ? runs : null,
        $"run {count}");

    private static string Said(Run run) =>
        run.Input.GetProperty("event").GetString() + (run.Input.TryGetProperty("entity", out var entity) ? $" {entity.GetProperty("key")}" : "");
}
