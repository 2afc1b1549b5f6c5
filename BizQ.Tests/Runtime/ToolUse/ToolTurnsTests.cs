using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;
using BizQ.Tests.Models;

namespace BizQ.Tests.Runtime.ToolUse;

/// <summary>How far a model with tools may go, and what becomes of what it gets wrong.</summary>
public sealed class ToolTurnsTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tool_that_does_not_exist_and_bad_arguments_are_told_and_nothing_is_called()
    {
        await using var scene = await ToolStage.Set();
        scene.Model.Calls(("rm_rf", new { })).Calls(("test_read", """{"item": 3, "extra": tr"""), ("test_read", new { item = 3 })).Says("Sorry.");
        var ended = await scene.Ended(await scene.Agent(tools: """["test.read"]"""));

        Assert.Equal("Sorry.", ended.Run.Output?.GetString());
        Assert.Equal(0, scene.Reading.Reads);
        Assert.Collection(scene.Told(),
            unknown => Assert.Contains("There is no tool 'rm_rf'. There are test_read.", unknown, StringComparison.Ordinal),
            garbled => Assert.Contains("badCall", garbled, StringComparison.Ordinal),
            wrong => Assert.Contains("must be a text", wrong, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Wrong_calls_and_nothing_else_end_after_three_turns()
    {
        await using var scene = await ToolStage.Set();
        scene.Model.Calls(("rm_rf", new { }));
        var ended = await scene.Ended(await scene.Agent());

        Assert.Equal((RunStatus.Failed, 3), (ended.Run.Status, scene.Model.Requests.Count));
        Assert.Equal("callsUnusable", ToolStage.CodeOf((await scene.Steps(ended.Run.Id)).Single(s => s.NodeId == "assist")));
        Assert.Equal(0.0012m, ended.Run.CostUsd);
    }

    [Fact]
    public async Task In_its_last_turn_the_model_is_told_to_answer_and_must()
    {
        await using var scene = await ToolStage.Set();
        scene.Model.Calls(("test_read", new { item = "a" }));
        var ended = await scene.Ended(await scene.Agent(""", "maxTurns": 3""", """["test.read"]"""));

        Assert.Equal((RunStatus.Failed, 3, 2), (ended.Run.Status, scene.Model.Requests.Count, scene.Reading.Reads));
        Assert.Equal("tooManyTurns", ToolStage.CodeOf((await scene.Steps(ended.Run.Id)).Single(s => s.NodeId == "assist")));
        Assert.Equal(["auto", "auto", "none"], scene.Model.Requests.Select(r => r.Body.GetProperty("tool_choice").GetString()));
    }

    [Fact]
    public async Task More_calls_than_a_turn_may_have_are_put_off()
    {
        await using var scene = await ToolStage.Set();
        scene.Model.Calls(("test_read", new { item = "a" }), ("test_read", new { item = "b" }), ("test_read", new { item = "c" })).Says("So be it.");
        var ended = await scene.Ended(await scene.Agent(""", "maxCalls": 2""", """["test.read"]"""));

        Assert.Equal((RunStatus.Succeeded, 2), (ended.Run.Status, scene.Reading.Reads));
        Assert.Contains("At most 2 tools", scene.Told()[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_does_not_fit_is_asked_for_once_more_in_a_turn_of_its_own()
    {
        await using var scene = await ToolStage.Set();
        const string schema = """, "schema": { "type": "object", "required": ["text"], "properties": { "text": { "type": "string" } } }""";
        scene.Model.Calls(("test_read", new { item = "a" })).Says("Three.").Says(new { text = "Three." }).Says("Three.");
        var agent = await scene.Agent(schema, """["test.read"]""");
        var ended = await scene.Ended(agent);
        Assert.Equal("Three.", ended.Run.Output?.GetString());
        Assert.Equal(["assist/0", "assist/1", "assist/2"], (await scene.Steps(ended.Run.Id)).Where(s => s.NodeId == ToolLoop.Turn).Select(s => s.Path));

        var failed = await scene.Ended(agent);
        Assert.Equal("answerUnusable", ToolStage.CodeOf((await scene.Steps(failed.Run.Id)).Single(s => s.NodeId == "assist")));
        Assert.Equal(5, scene.Model.Requests.Count);
    }

    [Fact]
    public async Task The_budget_is_looked_at_before_every_turn()
    {
        await using var scene = await ToolStage.Set(endpoint: [("OutputPrice", "10000")]);
        scene.Model.Calls(("test_read", new { item = "a" })).Says("Never asked.");
        // A turn costs 20 cents; after the first, less is left than the next question may cost.
        var ended = await scene.Ended(await scene.Agent(tools: """["test.read"]""", cost: new Money(0.205m, "USD")));

        Assert.Equal((RunStatus.Failed, 1), (ended.Run.Status, scene.Model.Requests.Count));
        Assert.Equal("budgetSpent", ToolStage.CodeOf((await scene.Steps(ended.Run.Id)).Single(s => s.NodeId == "assist")));
    }

    [Fact]
    public async Task Turns_and_calls_count_as_steps_of_the_run()
    {
        await using var scene = await ToolStage.Set();
        scene.Model.Calls(("test_read", new { item = "a" }));
        var run = await scene.Start(await scene.Agent(tools: """["test.read"]""", maxSteps: 7));
        var parked = await scene.Stage.Until(run.Id, RunStatus.Parked);

        Assert.Equal("stepLimit", parked.Run.Error?.GetProperty("code").GetString());
        Assert.Equal(7, (await scene.Steps(run.Id)).Count);
        Assert.Equal((3, 2), (scene.Model.Requests.Count, scene.Reading.Reads));
    }

    [Fact]
    public async Task After_a_failure_a_retry_asks_for_the_turn_that_failed_and_for_no_other()
    {
        await using var scene = await ToolStage.Set(endpoint: [("MaxRetries", "0")]);
        scene.Model.Calls(("test_read", new { item = "a" })).Fails(401).Says("Three.");
        var ended = await scene.Ended(await scene.Agent(tools: """["test.read"]"""));
        Assert.Equal((RunStatus.Failed, 2, 1), (ended.Run.Status, scene.Model.Requests.Count, scene.Reading.Reads));

        Assert.True((await scene.Stage.Host.Get<RetryRun>().Run(scene.Stage.Owner, ended.Run.Id, _cancel)).Ok);
        var again = await scene.Stage.Until(ended.Run.Id, RunStatus.Succeeded);
        Assert.Equal(("Three.", 3, 1), (again.Run.Output?.GetString(), scene.Model.Requests.Count, scene.Reading.Reads));
    }

    [Fact]
    public async Task A_person_who_is_asked_about_a_turn_may_let_it_go_on_with_a_value()
    {
        await using var scene = await ToolStage.Set(endpoint: [("MaxRetries", "0")]);
        scene.Model.Calls(("test_read", new { item = "a" })).Fails(401);
        var definition = Graphs.Definition("start:trigger assist:model done:output", "start>assist assist>done")
            .With("assist", """{ "task": "free", "instruction": "Help.", "tools": ["test.read"] }""")
            .With("assist", node => node with { OnError = new OnErrorDefinition(AfterError.Ask, Json.Element(new { text = "Nobody knows." })) })
            .With("done", """{ "value": "{{ steps.assist.output.text }}" }""");
        var run = await scene.Start(await scene.Stage.Agent(definition with { Permissions = new PermissionsDefinition { Tools = ["test.read"] } }));
        var question = Assert.Single((await scene.Stage.Until(run.Id, RunStatus.WaitingForApproval)).Approvals);
        await scene.Stage.Decide(question, approve: true, answer: FailureAnswers.GoOn);
        var ended = await scene.Stage.Ended(run.Id);

        Assert.Equal((RunStatus.Succeeded, "Nobody knows."), (ended.Run.Status, ended.Run.Output?.GetString()));
        Assert.Equal(StepStatus.Failed, (await scene.Steps(run.Id)).Single(s => s.NodeId == "assist").Status);
    }

    [Fact]
    public async Task Where_no_model_takes_tools_the_step_says_so_and_which_do()
    {
        await using var scene = await ToolStage.Set(endpoint: [("ToolCalls", "false")]);
        var ended = await scene.Ended(await scene.Agent());
        var step = (await scene.Steps(ended.Run.Id)).Single(s => s.NodeId == "assist");
        Assert.Equal("needsToolCalls", ToolStage.CodeOf(step));
        Assert.Contains("the built-in one cannot", step.Error?.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(scene.Model.Requests);
    }

    [Fact]
    public async Task Where_the_first_model_fails_the_next_goes_on_with_what_was_said()
    {
        await using var second = await ScriptedModel.Start();
        await using var scene = await ToolStage.Set(Engine.Sqlite, [("MaxRetries", "0")], second);
        scene.Model.Calls(("test_read", new { item = "a" })).Fails(401);
        second.Says("Three.");
        var ended = await scene.Ended(await scene.Agent(tools: """["test.read"]"""));

        Assert.Equal("Three.", ended.Run.Output?.GetString());
        var messages = Assert.Single(second.Requests).Body.GetProperty("messages").EnumerateArray().Select(m => m.GetProperty("role").GetString());
        Assert.Equal(["system", "user", "assistant", "tool"], messages);
        Assert.Equal(["scripted/tiny", "second/tiny"], (await scene.Steps(ended.Run.Id)).Where(s => s.NodeId == ToolLoop.Turn).Select(s => s.Model));
    }

    [Fact]
    public async Task The_checker_wants_tools_that_exist_and_are_permitted_and_a_model_that_takes_them()
    {
        await using var host = await TestHost.Start(Engine.Sqlite);
        var definition = Json.Element(new
        {
            format = 1,
            name = "Helper",
            purpose = "Helps.",
            nodes = new object[]
            {
                new { id = "start", kind = "trigger" },
                new { id = "assist", kind = "model", settings = new { task = "free", instruction = "Help.", model = "built-in", tools = new[] { "context", "mail.send", "mail.sent" }, maxTurns = 1 } },
            },
            edges = new[] { new { from = "start", to = "assist" } },
        });
        var problems = host.Get<CheckDefinition>().ProblemsOf(definition).ToDictionary(p => p.Pointer, p => p.Message);

        Assert.Equal(["/nodes/1/settings/maxTurns", "/nodes/1/settings/model", "/nodes/1/settings/tools/1", "/nodes/1/settings/tools/2"], problems.Keys.Order());
        Assert.Contains("add it to permissions.tools", problems["/nodes/1/settings/tools/1"], StringComparison.Ordinal);
        Assert.Contains("Did you mean", problems["/nodes/1/settings/tools/2"], StringComparison.Ordinal);
    }
}
