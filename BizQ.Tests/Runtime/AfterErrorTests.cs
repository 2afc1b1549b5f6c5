using System.Text.Json;
using BizQ.Agents.Nodes;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Runs;
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

    private async Task<RunDetail> Play(AgentDefinition definition, string input = """{"kind":"manual","input":{}}""")
    {
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        return await stage.Ended((await stage.Start(await stage.Agent(definition), input: input)).Id);
    }
}
