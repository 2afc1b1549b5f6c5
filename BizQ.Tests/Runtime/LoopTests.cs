using System.Text.Json;
using BizQ.Agents.Nodes;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;
using static BizQ.Tests.Runtime.Graphs;

namespace BizQ.Tests.Runtime;

/// <summary>Loops over the whole runtime: their rounds, their errors, and that nothing in them is done twice.</summary>
public sealed class LoopTests
{
    private const string Items = """{ "items": "{{ trigger.input.list }}" }""";
    private readonly Script _script = new();

    [Theory, ClassData(typeof(Engines))]
    public async Task Each_item_goes_through_the_body_in_turn_and_comes_to_its_value(Engine engine)
    {
        _script.On("twice", run => Script.Says(run.Scope.GetProperty("item").GetInt32() * 2))
            .On("more", run => Script.Says(run.Scope.GetProperty("steps").GetProperty("twice").GetProperty("output").GetInt32() + run.Scope.GetProperty("index").GetInt32()))
            .On("end", run => Script.Says(run.Scope.GetProperty("steps").GetProperty("each").GetProperty("output")));
        await using var stage = await Stage.Set(engine, _script);
        var done = await Play(stage, Definition("start:trigger each:forEach twice@each more@each end", "start>each each>end twice>more").With("each", Items), "[1, 2, 3]");

        Assert.Equal(RunStatus.Succeeded, done.Run.Status);
        Same("""{"items":[2,5,8],"errors":[],"count":3}""", done.Steps.Single(s => s.NodeId == "end").Output);
        Assert.Equal(
            ["start", "each", "each/0/twice", "each/0/more", "each/1/twice", "each/1/more", "each/2/twice", "each/2/more", "end"],
            done.Steps.Select(s => s.Path.Length == 0 ? s.NodeId : $"{s.Path}/{s.NodeId}"));
    }

    [Theory, InlineData("forEach"), InlineData("while")]
    public void What_a_loop_that_is_over_relied_on_is_known_after_the_journal_was_read_again(string kind)
    {
        var (loop, look, inner) = (Step(2, "loop", kind: kind), Step(3, "look", path: "loop/0"), Step(5, "look", path: "loop/1/each/0"));
        (look.Evidence, inner.Evidence) = (EvidenceCalled("returns"), EvidenceCalled("prices"));
        RunStep[] steps = [Step(1, "start", kind: "trigger"), loop, look, Step(4, "each", path: "loop/1", kind: "forEach"), inner];

        Assert.Equal(["returns", "prices"], Journal(steps).Gathered().Select(e => e.Title));
        loop.Status = StepStatus.Waiting;
        Assert.Empty(Journal(steps).Gathered());
    }

    private static JsonElement EvidenceCalled(string title) =>
        Json.Element(new[] { new Evidence("passage", Guid.Empty, "document", title, title, DateTimeOffset.UnixEpoch, 1, title) });

    [Fact]
    public async Task No_items_are_no_rounds_and_the_run_goes_on()
    {
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var done = await Play(stage, Definition("start:trigger each:forEach a@each end", "start>each each>end").With("each", Items), "[]");
        Assert.Equal(["start", "each", "end"], done.Steps.Select(s => s.NodeId));
        Assert.Equal(0, done.Steps[1].Output!.Value.GetProperty("count").GetInt32());
    }

    [Theory, InlineData("null"), InlineData("\"abc\""), InlineData("{}")]
    public async Task What_is_no_list_fails_the_loop_and_says_so(string list)
    {
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var done = await Play(stage, Definition("start:trigger each:forEach a@each", "start>each").With("each", Items), list);
        Assert.Equal("notAList", Code(done.Run.Error));
    }

    [Fact]
    public async Task Only_as_many_items_are_under_way_as_may_be_and_their_order_is_kept()
    {
        var (busy, most, all) = (0, 0, new TaskCompletionSource());
        _script.On("a", async (run, _) =>
        {
            var index = run.Scope.GetProperty("index").GetInt32();
            if (Interlocked.Increment(ref busy) is var now && now == 3)
                all.TrySetResult();
            lock (all)
                most = Math.Max(most, now);
            if (index < 3)
                await all.Task;
            Interlocked.Decrement(ref busy);
            return Script.Says(index);
        });
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var done = await Play(stage, Definition("start:trigger each:forEach a@each", "start>each").With("each", """{ "items": "{{ trigger.input.list }}", "concurrency": 3 }"""), "[0,1,2,3,4,5,6,7]");

        Assert.Equal((RunStatus.Succeeded, 3), (done.Run.Status, most));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], done.Steps.Single(s => s.NodeId == "each").Output!.Value.GetProperty("items").EnumerateArray().Select(i => i.GetInt32()));
    }

    [Theory]
    [InlineData("stop", RunStatus.Failed, "odd", 2)]
    [InlineData("continue", RunStatus.Succeeded, null, 4)]
    [InlineData("collect", RunStatus.Failed, "itemsFailed", 4)]
    public async Task An_item_that_fails_stops_the_loop_or_is_left_out_or_is_collected(string way, RunStatus status, string? code, int tried)
    {
        _script.On("a", run => run.Scope.GetProperty("item").GetInt32() % 2 == 1 ? new NodeResult.Failed("odd", "It is odd.") : Script.Says("even"));
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var done = await Play(stage, Definition("start:trigger each:forEach a@each", "start>each").With("each", $$$"""{ "items": "{{ trigger.input.list }}", "onItemError": "{{{way}}}" }"""), "[0, 1, 2, 3]");

        Assert.Equal(status, done.Run.Status);
        Assert.Equal(code, Code(done.Run.Error));
        Assert.Equal(tried, _script.Calls["a"]);
        if (way == "stop")
            Assert.Contains("Item 1 failed at 'a'. It is odd.", done.Run.Error!.Value.GetProperty("message").GetString(), StringComparison.Ordinal);
        else
            Same("""{"items":["even",null,"even",null],"errors":[{"index":1,"code":"odd","message":"It is odd."},{"index":3,"code":"odd","message":"It is odd."}],"count":4}""", done.Steps.Single(s => s.NodeId == "each").Output);
    }

    [Fact]
    public async Task A_loop_that_failed_goes_on_with_the_items_that_were_not_done()
    {
        var broken = true;
        _script.On("a", run => broken && run.Scope.GetProperty("item").GetInt32() > 1 ? new NodeResult.Failed("broken", "It is broken.") : Script.Says(run.Scope.GetProperty("item")));
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var failed = await Play(stage, Definition("start:trigger each:forEach a@each", "start>each").With("each", """{ "items": "{{ trigger.input.list }}", "onItemError": "collect" }"""), "[0, 1, 2, 3]");
        Assert.Equal(RunStatus.Failed, failed.Run.Status);

        broken = false;
        Assert.True((await stage.Host.Get<RetryRun>().Run(stage.Owner, failed.Run.Id, TestContext.Current.CancellationToken)).Ok);
        var done = await stage.Until(failed.Run.Id, RunStatus.Succeeded);
        Assert.Equal(6, _script.Calls["a"]);
        Same("""{"items":[0,1,2,3],"errors":[],"count":4}""", done.Steps.Last(s => s.NodeId == "each").Output);
    }

    [Fact]
    public async Task A_while_looks_back_at_its_round_before_and_says_whether_it_was_cut_short()
    {
        _script.On("try", run => Script.Says(new { good = run.Scope.GetProperty("round").GetInt32() == 2, before = run.Scope.GetProperty("last") }));
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var definition = Definition("start:trigger loop:while try@loop", "start>loop");
        var done = await Play(stage, definition.With("loop", """{ "condition": "round === 0 || !steps.try.output.good", "max": 10 }"""), "[]");
        Same("""{"rounds":3,"last":{"good":true,"before":{"good":false,"before":{"good":false,"before":null}}},"limited":false}""", done.Steps.Single(s => s.NodeId == "loop").Output);

        var cut = await Play(stage, definition.With("loop", """{ "condition": "true", "max": 2 }"""), "[]");
        Assert.Equal(2, cut.Steps.Count(s => s.NodeId == "try"));
        Assert.True(cut.Steps.Single(s => s.NodeId == "loop").Output!.Value.GetProperty("limited").GetBoolean());
    }

    [Fact]
    public async Task Loops_inside_of_loops_see_the_items_around_them()
    {
        _script.On("a", run => Script.Says($"{run.Settings.GetProperty("of").GetString()}{run.Scope.GetProperty("item").GetInt32()}"));
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var definition = Definition("start:trigger outer:forEach name:transform@outer inner:forEach@outer a@inner", "start>outer name>inner")
            .With("outer", Items).With("name", """{ "set": { "of": "{{ item.name }}" } }""")
            .With("inner", """{ "items": "{{ item.list }}", "concurrency": 2 }""").With("a", """{ "of": "{{ steps.name.output.of }}" }""");
        var done = await Play(stage, definition, """[{ "name": "x", "list": [1, 2] }, { "name": "y", "list": [] }, { "name": "z", "list": [3] }]""");

        Same(
            """[["x1","x2"],[],["z3"]]""",
            Json.Element(done.Steps.Single(s => s.NodeId == "outer").Output!.Value.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("items"))));
        Assert.Contains("outer/2/inner/0", done.Steps.Select(s => s.Path));
    }

    [Fact]
    public async Task A_join_in_a_body_never_hangs_on_a_way_that_was_not_taken_in_this_round()
    {
        _script.On("fork", run => Script.Says(new { @case = run.Scope.GetProperty("item").GetString() })).On("join", run => Script.Says(run.Scope.GetProperty("steps").TryGetProperty("a", out _)));
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var definition = Definition("start:trigger each:forEach fork@each a@each b@each join@each", "start>each fork>a:yes fork>b:no a>join b>join").With("each", Items);
        var done = await Play(stage, definition, """["yes", "no", "yes", "neither"]""");

        Same("""[true,false,true,null]""", done.Steps.Single(s => s.NodeId == "each").Output!.Value.GetProperty("items"));
    }

    [Fact]
    public async Task Each_round_may_ask_a_person_and_what_a_failed_loop_still_asked_is_asked_no_more()
    {
        _script.On("ask", _ => new NodeResult.Ask("This one?", "It matters.", Json.EmptyObject))
            .On("a", run => run.Scope.GetProperty("item").GetInt32() == 1 ? new NodeResult.Failed("broken", "It is broken.") : Script.Says("fine"));
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var definition = Definition("start:trigger each:forEach ask@each a@each", "start>each ask>a:approved").With("each", """{ "items": "{{ trigger.input.list }}", "concurrency": 3 }""");
        var run = await stage.Start(await stage.Agent(definition), input: """{"kind":"manual","input":{"list":[0,1,2]}}""");
        var waiting = await stage.Until(run.Id, detail => detail.Run.Status == RunStatus.WaitingForApproval && detail.Approvals.Count == 3, "three questions");
        var second = waiting.Steps.Single(s => s.Path == "each/1");
        Assert.True((await stage.Decide(waiting.Approvals.Single(a => a.Id == second.ApprovalId), approve: true)).Ok);

        var done = await stage.Ended(run.Id);
        Assert.Equal("broken", Code(done.Run.Error));
        Assert.Equal([ApprovalState.Expired, ApprovalState.Approved, ApprovalState.Expired], waiting.Steps.Where(s => s.NodeId == "ask").OrderBy(s => s.Path).Select(s => done.Approvals.Single(a => a.Id == s.ApprovalId).State));
        Assert.Equal([StepStatus.Skipped, StepStatus.Succeeded, StepStatus.Skipped], done.Steps.Where(s => s.NodeId == "ask").OrderBy(s => s.Path).Select(s => s.Status));
    }

    [Fact]
    public async Task What_a_failed_loop_no_longer_asked_is_asked_again_when_the_run_is_tried_again()
    {
        var broken = true;
        _script.On("ask", _ => new NodeResult.Ask("This one?", "It matters.", Json.EmptyObject));
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var definition = Definition("start:trigger each:forEach fork:branch@each ask@each a@each", "start>each fork>a:go fork>ask:ask")
            .With("each", """{ "items": "{{ trigger.input.list }}", "concurrency": 2 }""").With("fork", """{ "cases": [{ "name": "ask", "when": "item === 'ask'" }], "otherwise": "go" }""");
        var gate = new TaskCompletionSource();
        _script.On("a", async (run, _) =>
        {
            await gate.Task;
            return broken ? new NodeResult.Failed("broken", "It is broken.") : Script.Says("fine");
        });
        var run = await stage.Start(await stage.Agent(definition), input: """{"kind":"manual","input":{"list":["go","ask"]}}""");
        await stage.Until(run.Id, detail => detail.Approvals.Count == 1, "the question");
        gate.SetResult();
        Assert.Equal(RunStatus.Failed, (await stage.Ended(run.Id)).Run.Status);

        broken = false;
        Assert.True((await stage.Host.Get<RetryRun>().Run(stage.Owner, run.Id, TestContext.Current.CancellationToken)).Ok);
        var waiting = await stage.Until(run.Id, RunStatus.WaitingForApproval);
        Assert.True((await stage.Decide(waiting.Approvals.Single(a => a.State == ApprovalState.Open), approve: true)).Ok);
        var done = await stage.Until(run.Id, RunStatus.Succeeded);
        Assert.Equal("approved", done.Steps.Last(s => s.NodeId == "each").Output!.Value.GetProperty("items")[1].GetProperty("case").GetString());
    }

    [Fact]
    public async Task The_step_limit_counts_all_rounds_and_parks_the_run()
    {
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var definition = Definition("start:trigger each:forEach a@each", "start>each", maxSteps: 6).With("each", """{ "items": "{{ trigger.input.list }}", "concurrency": 3 }""");
        var run = await stage.Start(await stage.Agent(definition), input: """{"kind":"manual","input":{"list":[1,2,3,4,5,6,7,8]}}""");
        var parked = await stage.Until(run.Id, RunStatus.Parked);
        Assert.Equal("stepLimit", Code(parked.Run.Error));
        Assert.Equal(6, parked.Steps.Count);
    }

    private static async Task<RunDetail> Play(Stage stage, AgentDefinition definition, string list)
    {
        var run = await stage.Start(await stage.Agent(definition), input: $$$"""{"kind":"manual","input":{"list":{{{list}}}}}""");
        return await stage.Ended(run.Id);
    }

    private static string? Code(JsonElement? error) => error is { } known ? known.GetProperty("code").GetString() : null;

    private static void Same(string expected, JsonElement? value) => Assert.True(JsonElement.DeepEquals(JsonElement.Parse(expected), value!.Value), value.Value.GetRawText());
}
