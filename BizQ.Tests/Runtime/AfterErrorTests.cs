using System.Text.Json;
using BizQ.Agents.Nodes;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using static BizQ.Tests.Runtime.Graphs;

namespace BizQ.Tests.Runtime;

/// <summary>What happens after an error: other ways, other values, and joins that do not wait for all.</summary>
public sealed class AfterErrorTests
{
    private readonly Script _script = new();

    public AfterErrorTests() => _script.On("a", _ => new NodeResult.Failed("broken", "It is broken."));

    [Fact]
    public async Task An_edge_for_errors_leads_on_and_the_usual_way_is_dead()
    {
        _script.On("mend", run => Script.Says(run.Scope.GetProperty("steps").GetProperty("a").GetProperty("error").GetProperty("code")));
        var done = await Play(Definition("start:trigger a usual mend join", "start>a a>usual a>mend! usual>join mend>join"));
        Assert.Equal(RunStatus.Succeeded, done.Run.Status);
        Assert.Equal(["start", "a", "mend", "join"], done.Steps.Select(s => s.NodeId));
        Assert.Equal(StepStatus.Failed, done.Steps[1].Status);
        Assert.Equal("broken", done.Steps[2].Output!.Value.GetString());
    }

    [Fact]
    public async Task An_edge_for_errors_may_be_for_some_errors_only()
    {
        var definition = Definition("start:trigger a mend", "start>a a>mend!");
        AgentDefinition For(string code) => definition with { Edges = [definition.Edges[0], definition.Edges[1] with { When = $"steps.a.error.code === '{code}'" }] };
        Assert.Equal(RunStatus.Succeeded, (await Play(For("broken"))).Run.Status);
        Assert.Equal(RunStatus.Failed, (await Play(For("timedOut"))).Run.Status);
    }

    [Fact]
    public async Task An_edge_for_errors_is_dead_when_there_was_none()
    {
        _script.On("a", _ => Script.Says(1));
        Assert.Equal(["start", "a", "usual"], (await Play(Definition("start:trigger a usual mend", "start>a a>usual a>mend!"))).Steps.Select(s => s.NodeId));
    }

    [Fact]
    public async Task A_node_may_go_on_with_a_value_instead_of_what_it_failed_to_find()
    {
        _script.On("next", run => Script.Says(run.Scope.GetProperty("steps").GetProperty("a").GetProperty("output").GetProperty("amount")));
        var definition = Definition("start:trigger a next", "start>a a>next")
            .With("a", node => node with { OnError = new OnErrorDefinition(AfterError.Continue, JsonElement.Parse("""{ "amount": "{{ trigger.input.usual }}", "why": "{{ steps.a.error.message }}" }""")) });
        var done = await Play(definition, """{"kind":"manual","input":{"usual":7}}""");
        Assert.Equal(RunStatus.Succeeded, done.Run.Status);
        Assert.Equal(7, done.Steps[2].Output!.Value.GetInt32());
        Assert.Equal("It is broken.", done.Steps[1].Output!.Value.GetProperty("why").GetString());
    }

    [Fact]
    public async Task A_join_of_any_begins_with_the_first_way_and_runs_once()
    {
        var (slow, joined) = (new TaskCompletionSource(), new TaskCompletionSource());
        _script.On("b", async (_, _) =>
        {
            await slow.Task;
            return Script.Says("slow");
        }).On("join", _ =>
        {
            joined.SetResult();
            return Script.Says("joined");
        });
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var run = await stage.Start(await stage.Agent(Definition("start:trigger quick b join*", "start>quick start>b quick>join b>join")));
        await joined.Task.WaitAsync(TestContext.Current.CancellationToken);
        slow.SetResult();
        var done = await stage.Ended(run.Id);
        Assert.Equal(["b", "join", "quick", "start"], done.Steps.Select(s => s.NodeId).Order());
    }

    [Fact]
    public async Task Only_the_errors_that_are_named_are_tried_again_and_only_so_often()
    {
        var definition = Definition("start:trigger a", "start>a");
        AgentDefinition For(string code) => definition.With("a", node => node with { Retry = new RetryDefinition { Attempts = 4, FirstSeconds = 0, On = [code] } });
        Assert.Equal(4, (await Play(For("broken"))).Steps[1].Attempt);
        Assert.Equal(4, _script.Calls["a"]);
        Assert.Equal(1, (await Play(For("timedOut"))).Steps[1].Attempt);
        Assert.Equal(5, _script.Calls["a"]);
    }

    [Fact]
    public async Task A_long_pause_between_attempts_is_recorded_and_keeps_nobody_busy()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var broken = true;
        _script.On("a", _ => broken ? new NodeResult.Failed("busy", "It is busy.", Retryable: true) : Script.Says("done"));
        await using var stage = await Stage.Set(Engine.Sqlite, _script, clock);
        var definition = Definition("start:trigger a", "start>a").With("a", node => node with { Retry = new RetryDefinition { Attempts = 5, FirstSeconds = 600, Factor = 2, MaxSeconds = 1000 } });
        var run = await stage.Start(await stage.Agent(definition));

        var first = await stage.Until(run.Id, RunStatus.WaitingForTime);
        Assert.Equal("busy", first.Steps[1].Error!.Value.GetProperty("code").GetString());
        Assert.InRange((first.Run.WakeAt!.Value - clock.GetUtcNow()).TotalSeconds, 300, 900);

        clock.SetUtcNow(first.Run.WakeAt.Value);
        await stage.Host.Get<IWakeRuns>().Wake(run.Id);
        var second = await stage.Until(run.Id, detail => detail.Run.Status == RunStatus.WaitingForTime && detail.Steps[1].Attempt == 2, "the second pause");
        Assert.InRange((second.Run.WakeAt!.Value - clock.GetUtcNow()).TotalSeconds, 500, 1500);

        broken = false;
        clock.SetUtcNow(second.Run.WakeAt.Value);
        await stage.Host.Get<IWakeRuns>().Wake(run.Id);
        var done = await stage.Ended(run.Id);
        Assert.Equal((RunStatus.Succeeded, 3, 3), (done.Run.Status, done.Steps[1].Attempt, _script.Calls["a"]));
        Assert.Null(done.Steps[1].Error);
    }

    [Theory]
    [InlineData("retry", RunStatus.Succeeded, "\"mended\"")]
    [InlineData("continue", RunStatus.Succeeded, "\"usual\"")]
    [InlineData("stop", RunStatus.Failed, null)]
    public async Task A_person_says_whether_it_is_tried_again_goes_on_or_stops(string answer, RunStatus status, string? output)
    {
        var broken = true;
        _script.On("a", _ => broken ? new NodeResult.Failed("broken", "It is broken.") : Script.Says("mended"));
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var definition = Definition("start:trigger a next", "start>a a>next").With("a", node => node with { OnError = new OnErrorDefinition(AfterError.Ask, Json.Element("usual")) });
        var run = await stage.Start(await stage.Agent(definition));
        var asked = Assert.Single((await stage.Until(run.Id, RunStatus.WaitingForApproval)).Approvals);
        Assert.Equal((ApprovalKind.Failure, "It is broken."), (asked.Kind, asked.Why));

        broken = false;
        Assert.Equal("answerMissing", (await stage.Decide(asked, approve: true, answer: "perhaps")).Refusal?.Code);
        Assert.True((await stage.Decide(asked, approve: answer != "stop", answer: answer)).Ok);
        var done = await stage.Ended(run.Id);
        Assert.Equal((status, output), (done.Run.Status, done.Steps[1].Output?.GetRawText()));
        Assert.Equal(answer == "stop" ? 2 : 3, done.Steps.Count);
    }

    private async Task<RunDetail> Play(AgentDefinition definition, string input = """{"kind":"manual","input":{}}""")
    {
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        return await stage.Ended((await stage.Start(await stage.Agent(definition), input: input)).Id);
    }
}
