using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Agents;

/// <summary>What each kind of node does, and how it fails.</summary>
public sealed class NodeTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{ "kind": "mail", "mail": { "from": { "address": "a@b.example" }, "text": "Hello" } }""", "by-mail", true)]
    [InlineData("""{ "kind": "schedule", "firedAt": "2026-11-23T08:00:00Z", "triggerId": "morning" }""", "by-morning", false)]
    [InlineData("""{ "kind": "schedule", "firedAt": "2026-11-23T18:00:00Z", "triggerId": "evening" }""", "by-evening", false)]
    [InlineData("""{ "kind": "manual", "input": { "a": 1 } }""", "by-hand", true)]
    [InlineData("""{ "kind": "api", "input": "text" }""", "by-hand", true)]
    public async Task A_trigger_starts_its_own_way_only_and_text_from_outside_taints(string input, string way, bool tainted)
    {
        await using var desk = await NodeDesk.Start();
        var run = await desk.Run(
            """
            "triggers": [ { "id": "mail", "kind": "mail" }, { "id": "hand", "kind": "manual" }, { "id": "morning", "kind": "schedule", "cron": "0 0 8 * * ?" }, { "id": "evening", "kind": "schedule", "cron": "0 0 18 * * ?" } ],
            """,
            """
            { "id": "by-mail", "kind": "trigger", "settings": { "on": ["mail"] } }, { "id": "by-hand", "kind": "trigger", "settings": { "on": ["hand"] } },
            { "id": "by-morning", "kind": "trigger", "settings": { "on": ["morning"] } }, { "id": "by-evening", "kind": "trigger", "settings": { "on": ["evening"] } },
            { "id": "end", "kind": "output", "settings": { "value": "{{ trigger.kind }}" } }
            """,
            """{ "from": "by-mail", "to": "end" }, { "from": "by-hand", "to": "end" }, { "from": "by-morning", "to": "end" }, { "from": "by-evening", "to": "end" }""",
            input);
        Assert.Equal([way, "end"], run.Steps.Select(s => s.NodeId));
        Assert.Equal(tainted, run.Run.Tainted);
        Assert.Equal(tainted, run.Steps[0].Evidence is { ValueKind: JsonValueKind.Array } evidence && evidence.GetArrayLength() == 1);
    }

    [Fact]
    public async Task A_run_that_no_trigger_starts_for_is_parked_with_the_reason()
    {
        await using var desk = await NodeDesk.Start();
        var run = await desk.Run(
            """ "triggers": [ { "id": "mail", "kind": "mail" } ], """,
            """{ "id": "start", "kind": "trigger", "settings": { "on": ["mail"] } }, { "id": "end", "kind": "output", "settings": { "value": 1 } }""",
            """{ "from": "start", "to": "end" }""");
        Assert.Equal(RunStatus.Parked, run.Run.Status);
        Assert.Equal("noEntry", run.Run.Error!.Value.GetProperty("code").GetString());
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_look_up_returns_what_is_known_with_its_evidence(Engine engine)
    {
        await using var desk = await NodeDesk.Start(engine);
        await Know(desk, "customer", new { name = "Ada Winter", email = "ada@example.org" });
        await Know(desk, "policy", new { name = "Returns", text = "Tents can be returned within 30 days." });
        var run = await desk.Try("context", """
            { "search": "how long can I return a tent?", "limit": 3, "entities": [ { "as": "who", "type": "customer", "where": { "email": "ADA@example.org" } },
              { "as": "nobody", "type": "customer", "where": { "email": "{{ trigger.input.missing }}" } } ] }
            """);
        var output = Output(run);
        Assert.True(output.GetProperty("found").GetBoolean());
        Assert.Equal("Ada Winter", output.GetProperty("entities").GetProperty("who").GetProperty("data").GetProperty("name").GetString());
        Assert.Equal(JsonValueKind.Null, output.GetProperty("entities").GetProperty("nobody").ValueKind);
        Assert.Contains("30 days", output.GetProperty("passages")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        var evidence = Json.Read<List<Evidence>>(run.Steps[^1].Evidence!.Value)!;
        Assert.Superset(new HashSet<string> { "Ada Winter", "Returns" }, evidence.Select(e => e.Title).ToHashSet());
    }

    [Theory]
    [InlineData("""{ "entities": [ { "as": "x", "type": "salary", "where": { "key": "1" } } ] }""")]
    [InlineData("""{ "search": "pay", "types": ["salary"] }""")]
    public async Task A_look_up_beyond_its_permissions_fails(string settings)
    {
        await using var desk = await NodeDesk.Start();
        AssertFailed("contextNotPermitted", await desk.Try("context", settings, head: """ "permissions": { "context": ["customer"] }, """));
    }

    [Fact]
    public async Task A_search_finds_only_what_may_be_read()
    {
        await using var desk = await NodeDesk.Start();
        await Know(desk, "salary", new { name = "Pay of Ada", text = "Ada earns 5000." });
        var run = await desk.Try("context", """{ "search": "Ada earns" }""", head: """ "permissions": { "context": ["customer"] }, """);
        Assert.False(Output(run).GetProperty("found").GetBoolean());
    }

    [Fact]
    public async Task A_model_classifies_extracts_and_drafts()
    {
        await using var desk = await NodeDesk.Start();
        var labels = """[ { "name": "order", "examples": ["Where is my order?", "My parcel is late", "When will order 12 come?"] }, { "name": "job", "examples": ["I want to work for you", "Do you hire?", "Here is my CV"] } ]""";
        var label = await desk.Try("model", $$"""{ "task": "classify", "input": "{{"{{ trigger.input.text }}"}}", "labels": {{labels}} }""");
        Assert.Equal("order", Output(label).GetProperty("label").GetString());
        Assert.NotNull(label.Steps[^1].Model);

        var fields = await desk.Try("model", """{ "task": "extract", "input": "{{ trigger.input.text }}", "schema": { "type": "object", "properties": { "orderNumber": { "type": "string", "pattern": "[0-9]{4}" } } } }""");
        Assert.Equal("1001", Output(fields).GetProperty("orderNumber").GetString());

        var draft = await desk.Try("model", """{ "task": "draft", "template": "Dear {{ name }}, seven is {{ n }}.", "values": { "name": "Ada", "n": "{{ trigger.input.n }}" } }""");
        Assert.Equal("Dear Ada, seven is 7.", Output(draft).GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_model_answers_from_what_was_looked_up_and_says_when_it_does_not_know()
    {
        await using var desk = await NodeDesk.Start();
        await Know(desk, "policy", new { name = "Returns", text = "Tents can be returned within 30 days of delivery." });
        const string Nodes = """
            { "id": "start", "kind": "trigger" }, { "id": "look", "kind": "context", "settings": { "search": "{{ trigger.input.text }}" } },
            { "id": "it", "kind": "model", "settings": { "task": "answer", "input": "{{ trigger.input.text }}" } }
            """;
        const string Edges = """{ "from": "start", "to": "look" }, { "from": "look", "to": "it" }""";
        var known = await desk.Run("", Nodes, Edges, """{ "kind": "manual", "input": { "text": "Within how many days can tents be returned?" } }""");
        Assert.True(Output(known).GetProperty("known").GetBoolean());
        Assert.Contains("30 days", Output(known).GetProperty("text").GetString(), StringComparison.Ordinal);
        var unknown = await desk.Run("", Nodes, Edges, """{ "kind": "manual", "input": { "text": "Who won the chess championship?" } }""");
        Assert.False(Output(unknown).GetProperty("known").GetBoolean());
    }

    [Fact]
    public async Task A_model_that_is_not_there_fails_its_step()
    {
        await using var desk = await NodeDesk.Start();
        var run = await desk.Try("model", """{ "task": "draft", "template": "Hello", "model": "no-such-model" }""");
        Assert.Equal(RunStatus.Failed, run.Run.Status);
        Assert.Contains("no-such-model", run.Run.Error!.Value.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trigger.input.n > 5", "many")]
    [InlineData("trigger.input.n > 50", "few")]
    [InlineData("{{ trigger.input.text.startsWith('Where') }}", "many")]
    [InlineData("trigger.input.nothing.at.all", "few")]
    public async Task A_branch_goes_the_first_way_that_holds(string when, string way)
    {
        await using var desk = await NodeDesk.Start();
        var run = await desk.Run(
            "",
            $$"""
            { "id": "start", "kind": "trigger" }, { "id": "fork", "kind": "branch", "settings": { "cases": [ { "name": "many", "when": "{{when}}" }, { "name": "never", "when": "true" } ], "otherwise": "none" } },
            { "id": "many", "kind": "output", "settings": { "value": "many" } }, { "id": "few", "kind": "output", "settings": { "value": "few" } }, { "id": "none", "kind": "output", "settings": { "value": "none" } }
            """,
            """{ "from": "start", "to": "fork" }, { "from": "fork", "to": "many", "case": "many" }, { "from": "fork", "to": "few", "case": "never" }, { "from": "fork", "to": "none", "case": "none" }""");
        Assert.Equal(["start", "fork", way], run.Steps.Select(s => s.NodeId));
    }

    [Fact]
    public async Task A_branch_that_cannot_decide_fails_and_names_its_case()
    {
        await using var desk = await NodeDesk.Start();
        var run = await desk.Run(
            "",
            """{ "id": "start", "kind": "trigger" }, { "id": "fork", "kind": "branch", "settings": { "cases": [ { "name": "odd", "when": "trigger.input.text.toUppercase() === 'A'" } ], "otherwise": "even" } }, { "id": "end", "kind": "output", "settings": { "value": 1 } }""",
            """{ "from": "start", "to": "fork" }, { "from": "fork", "to": "end", "case": "odd" }, { "from": "fork", "to": "end", "case": "even" }""");
        AssertFailed("expressionFailed", run);
        Assert.Contains("'odd'", run.Run.Error!.Value.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transform_keeps_types_and_an_output_is_the_runs()
    {
        await using var desk = await NodeDesk.Start();
        var run = await desk.Run(
            "",
            """
            { "id": "start", "kind": "trigger" }, { "id": "set", "kind": "transform", "settings": { "set": { "n": "{{ trigger.input.n }}", "words": "n is {{ trigger.input.n }}", "list": ["{{ trigger.input.n + 1 }}", 2], "plain": true } } },
            { "id": "end", "kind": "output", "settings": { "value": { "all": "{{ steps.set.output }}", "by": "{{ run.agentName }}" } } }
            """,
            """{ "from": "start", "to": "set" }, { "from": "set", "to": "end" }""");
        Assert.Equal("""{"all":{"n":7,"words":"n is 7","list":[8,2],"plain":true},"by":"Agent 1"}""", Json.Text(run.Run.Output));
        AssertFailed("expressionFailed", await desk.Try("transform", """{ "set": { "n": "{{ trigger.input.text.nothingLikeThis() }}" } }"""));
    }

    [Theory]
    [InlineData(true, "yes", "approved")]
    [InlineData(false, "no", "rejected")]
    public async Task A_question_shows_what_it_was_given_and_goes_the_way_of_the_answer(bool approve, string way, string word)
    {
        await using var desk = await NodeDesk.Start();
        var waiting = await desk.Run(
            "",
            """
            { "id": "start", "kind": "trigger" }, { "id": "ask", "kind": "approval", "settings": { "title": "Is {{ trigger.input.n }} right?", "show": { "n": "{{ trigger.input.n }}" } } },
            { "id": "yes", "kind": "output", "settings": { "value": "{{ steps.ask.output.case }}" } }, { "id": "no", "kind": "output", "settings": { "value": "{{ steps.ask.output.reason }}" } }
            """,
            """{ "from": "start", "to": "ask" }, { "from": "ask", "to": "yes", "case": "approved" }, { "from": "ask", "to": "no", "case": "rejected" }""");
        Assert.Equal(RunStatus.WaitingForApproval, waiting.Run.Status);
        Assert.Equal("Is 7 right?", waiting.Approvals[0].Title);
        Assert.Equal(7, waiting.Approvals[0].Shown!.Value.GetProperty("n").GetInt32());
        var done = await desk.Decide(waiting, approve, "Because");
        Assert.Equal(way, done.Steps[^1].NodeId);
        Assert.Equal(word, done.Steps.Single(s => s.NodeId == "ask").Output!.Value.GetProperty("case").GetString());
    }

    [Theory]
    [InlineData("{{ trigger.mail.from.address }}", EffectState.Judged)]
    [InlineData("stranger@elsewhere.example", EffectState.Blocked)]
    public async Task A_tool_only_proposes_and_what_is_not_allowed_is_blocked(string to, EffectState state)
    {
        await using var desk = await NodeDesk.Start();
        var run = await desk.Try(
            "tool",
            $$"""{ "tool": "mail.send", "arguments": { "to": "{{to}}", "subject": "Re", "text": "Thank you." } }""",
            """{ "kind": "mail", "mail": { "messageId": "m@x", "from": { "address": "ada@example.org", "name": "Ada" }, "subject": "Hi", "text": "Hello" } }""",
            """ "permissions": { "tools": ["mail.send"], "recipients": ["sender"] }, """);
        Assert.Equal(state, Assert.Single(run.Effects).State);
        Assert.Equal(state == EffectState.Judged ? RunStatus.WaitingForApproval : RunStatus.Failed, run.Run.Status);
        Assert.Empty(Directory.Exists(Path.Combine(desk.Host.DataPath, "outbox")) ? Directory.GetFiles(Path.Combine(desk.Host.DataPath, "outbox"), "*.eml", SearchOption.AllDirectories) : []);
        if (state == EffectState.Blocked)
            Assert.Equal("blocked", run.Run.Error!.Value.GetProperty("code").GetString());
    }

    private async Task Know(NodeDesk desk, string type, object data)
    {
        var written = await desk.Host.Get<WriteEntity>().Run(desk.Owner, new WriteEntityRequest(null, type, null, null, Json.Element(data), SourceKind.Person, "the owner", Verified: true), _cancel);
        Assert.True(written.Ok, written.Refusal?.Message);
    }

    private static JsonElement Output(RunDetail run)
    {
        Assert.True(run.Run.Status == RunStatus.Succeeded, run.Run.Error?.GetRawText());
        return run.Steps.Single(s => s.NodeId == "it").Output!.Value;
    }

    private static void AssertFailed(string code, RunDetail run)
    {
        Assert.Equal(RunStatus.Failed, run.Run.Status);
        Assert.Equal(code, run.Run.Error!.Value.GetProperty("code").GetString());
        Assert.Equal(StepStatus.Failed, run.Steps[^1].Status);
    }
}
