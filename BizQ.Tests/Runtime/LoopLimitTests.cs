using System.Collections.Concurrent;
using System.Text.Json;
using BizQ.Agents.Nodes;
using BizQ.Agents.Runtime.Flow;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using static BizQ.Tests.Runtime.Graphs;

namespace BizQ.Tests.Runtime;

/// <summary>Loops as a whole: their time, another attempt at them, and a person who is asked about them.</summary>
public sealed class LoopLimitTests
{
    private const string List = """{"kind":"manual","input":{"list":[0,1,2,3]}}""";

    private readonly Script _script = new();
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly ConcurrentQueue<int> _done = new();

    [Theory, ClassData(typeof(Engines))]
    public async Task A_loop_whose_time_is_over_stops_what_is_under_way_and_says_what_was_done(Engine engine)
    {
        var (stuck, stopped) = (new TaskCompletionSource(), new TaskCompletionSource());
        _script.On("a", async (run, cancel) =>
        {
            if (Item(run) < 2)
                return Done(run);
            await using var registered = cancel.Register(stopped.SetResult);
            stuck.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, _clock, cancel);
            return Done(run);
        });
        await using var stage = await Stage.Set(engine, _script, _clock);
        // Its own limit is longer than its loop's.
        var definition = Each().With("each", n => n with { TimeoutSeconds = 60 }).With("a", n => n with { TimeoutSeconds = 600 });
        var run = await stage.Start(await stage.Agent(definition), input: List);
        await stuck.Task.WaitAsync(Eventually.Bound, TestContext.Current.CancellationToken);
        _clock.Advance(TimeSpan.FromSeconds(59));
        Assert.False(stopped.Task.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(2));

        var failed = await stage.Ended(run.Id);
        await stopped.Task.WaitAsync(Eventually.Bound, TestContext.Current.CancellationToken);
        Assert.Equal((RunStatus.Failed, "timedOut"), (failed.Run.Status, Code(failed.Run.Error)));
        Assert.Contains("2 of 4 items were done", failed.Run.Error!.Value.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse("[0, 1, null, null]"), Loop(failed).Output!.Value.GetProperty("items")));
        Assert.DoesNotContain(failed.Steps, s => s.Path is "each/2" or "each/3");
    }

    [Fact]
    public async Task What_a_late_loop_waits_for_is_given_up_and_an_edge_for_errors_leads_on()
    {
        _script.On("a", _ => new NodeResult.Ask("This one?", "It matters.", Json.EmptyObject)).On("mend", run => Script.Says(run.Scope.GetProperty("steps").GetProperty("each").GetProperty("error").GetProperty("code")));
        await using var stage = await Stage.Set(Engine.Sqlite, _script, _clock);
        var definition = Definition("start:trigger each:forEach a@each mend", "start>each each>mend!")
            .With("each", """{ "items": "{{ trigger.input.list }}", "concurrency": 2 }""").With("each", n => n with { TimeoutSeconds = 3600 });
        var run = await stage.Start(await stage.Agent(definition), input: List);
        var waiting = await stage.Until(run.Id, detail => detail.Run.Status == RunStatus.WaitingForApproval && detail.Approvals.Count == 2, "two questions");
        Assert.Equal(_clock.GetUtcNow().AddHours(1), waiting.Run.WakeAt!.Value, TimeSpan.FromSeconds(1));

        _clock.Advance(TimeSpan.FromHours(1));
        await stage.Host.Get<IWakeRuns>().Wake(run.Id);
        var ended = await stage.Ended(run.Id);
        Assert.Equal((RunStatus.Succeeded, "timedOut"), (ended.Run.Status, ended.Steps.Single(s => s.NodeId == "mend").Output!.Value.GetString()));
        Assert.All(ended.Approvals, a => Assert.Equal(ApprovalState.Expired, a.State));
        Assert.All(ended.Steps.Where(s => s.NodeId == "a"), s => Assert.Equal(StepStatus.Skipped, s.Status));
    }

    [Theory]
    [InlineData("stop", "[0,1,2,3]", 5)]
    [InlineData("collect", "[0,1,2,3]", 6)]
    public async Task A_loop_that_is_tried_again_takes_up_what_failed_and_repeats_nothing_that_was_done(string way, string items, int calls)
    {
        // Of 0 to 3 the last two fail the first time they are tried.
        var before = new ConcurrentDictionary<int, bool>();
        _script.On("a", run => Item(run) > 1 && before.TryAdd(Item(run), true) && (way == "collect" || Item(run) == 2) ? new NodeResult.Failed("broken", "It is broken.") : Done(run));
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var definition = Each(way).With("each", n => n with { Retry = new RetryDefinition { Attempts = 2, FirstSeconds = 0 } });
        var done = await stage.Ended((await stage.Start(await stage.Agent(definition), input: List)).Id);

        Assert.Equal((RunStatus.Succeeded, 2), (done.Run.Status, Loop(done).Attempt));
        Assert.Equal(items, Loop(done).Output!.Value.GetProperty("items").GetRawText());
        Assert.Equal(calls, _script.Calls["a"]);
        Assert.Equal([0, 1, 2, 3], _done.Order());
        Assert.Equal(calls - 4, done.Steps.Count(s => s.Status == StepStatus.Retried));
    }

    [Fact]
    public async Task A_pause_between_attempts_at_a_loop_outlives_the_process_and_its_time_begins_anew()
    {
        var broken = true;
        _script.On("a", run => broken && Item(run) == 2 ? new NodeResult.Failed("broken", "It is broken.") : Done(run));
        await using var stage = await Stage.Set(Engine.Sqlite, _script, _clock);
        var definition = Each().With("each", n => n with { TimeoutSeconds = 300, Retry = new RetryDefinition { Attempts = 2, FirstSeconds = 600, On = ["broken"] } });
        var run = await stage.Start(await stage.Agent(definition), input: List);
        var resting = await stage.Until(run.Id, RunStatus.WaitingForTime);
        Assert.Equal("broken", Code(Loop(resting).Error));
        // The pause asked for is 600 s, of which a node takes the 300 s it may, give or take half.
        Assert.InRange((resting.Run.WakeAt!.Value - _clock.GetUtcNow()).TotalSeconds, 150, 450);

        broken = false;
        _clock.SetUtcNow(resting.Run.WakeAt.Value);
        await stage.Host.Get<IWakeRuns>().Wake(run.Id);
        var done = await stage.Ended(run.Id);
        Assert.Equal((RunStatus.Succeeded, null), (done.Run.Status, Loop(done).Error));
        Assert.Equal([0, 1, 2, 3], _done.Order());
    }

    [Fact]
    public async Task Errors_that_are_not_named_end_a_loop_at_once_and_a_list_that_is_none_is_never_worth_it()
    {
        _script.On("a", _ => new NodeResult.Failed("broken", "It is broken."));
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var named = Each().With("each", n => n with { Retry = new RetryDefinition { Attempts = 3, FirstSeconds = 0, On = ["timedOut"] } });
        Assert.Equal(1, Loop(await stage.Ended((await stage.Start(await stage.Agent(named), input: List)).Id)).Attempt);
        var any = Each().With("each", n => n with { Retry = new RetryDefinition { Attempts = 3, FirstSeconds = 0 } });
        var nothing = await stage.Ended((await stage.Start(await stage.Agent(any), input: """{"kind":"manual","input":{}}""")).Id);
        Assert.Equal(("notAList", 1), (Code(nothing.Run.Error), Loop(nothing).Attempt));
    }

    [Theory]
    [InlineData("retry", RunStatus.Succeeded)]
    [InlineData("continue", RunStatus.Succeeded)]
    [InlineData("stop", RunStatus.Failed)]
    public async Task A_person_may_be_asked_about_a_whole_loop(string answer, RunStatus status)
    {
        var broken = true;
        _script.On("a", run => broken && Item(run) == 2 ? new NodeResult.Failed("broken", "It is broken.") : Done(run)).On("end", run => Script.Says(run.Scope.GetProperty("steps").GetProperty("each").GetProperty("output")));
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var definition = Each().With("each", n => n with { OnError = new OnErrorDefinition(AfterError.Ask, Json.Element("usual")) });
        var run = await stage.Start(await stage.Agent(definition), input: List);
        var asked = Assert.Single((await stage.Until(run.Id, RunStatus.WaitingForApproval)).Approvals);
        Assert.Equal(ApprovalKind.Failure, asked.Kind);

        broken = false;
        Assert.True((await stage.Decide(asked, approve: answer != "stop", answer: answer)).Ok);
        var done = await stage.Ended(run.Id);
        Assert.Equal(status, done.Run.Status);
        if (answer == "retry")
            Assert.Equal([0, 1, 2, 3], _done.Order());
        else
            Assert.Equal(answer == "continue" ? "\"usual\"" : null, done.Steps.SingleOrDefault(s => s.NodeId == "end")?.Output?.GetRawText());
    }

    [Fact]
    public async Task A_while_that_a_person_lets_run_again_goes_on_in_the_round_that_failed()
    {
        var broken = true;
        _script.On("a", run =>
        {
            var round = run.Scope.GetProperty("round").GetInt32();
            if (broken && round == 2)
                return new NodeResult.Failed("broken", "It is broken.");
            _done.Enqueue(round);
            return Script.Says(round);
        });
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var definition = Definition("start:trigger each:while first@each a@each", "start>each first>a")
            .With("each", """{ "condition": "round < 4", "max": 10 }""").With("each", n => n with { OnError = new OnErrorDefinition(AfterError.Ask) });
        var run = await stage.Start(await stage.Agent(definition));
        var asked = Assert.Single((await stage.Until(run.Id, RunStatus.WaitingForApproval)).Approvals);
        broken = false;
        Assert.True((await stage.Decide(asked, approve: true, answer: "retry")).Ok);
        var done = await stage.Ended(run.Id);
        Assert.Equal((RunStatus.Succeeded, 4), (done.Run.Status, Loop(done).Output!.Value.GetProperty("rounds").GetInt32()));
        Assert.Equal([0, 1, 2, 3], _done);
        Assert.Equal(4, _script.Calls["first"]);
    }

    [Fact]
    public async Task A_loop_inside_of_one_that_is_tried_again_keeps_what_was_done_in_it()
    {
        var broken = true;
        _script.On("a", run =>
        {
            var item = Item(run);
            if (broken && item == 3)
            {
                broken = false;
                return new NodeResult.Failed("broken", "It is broken.");
            }
            return Done(run);
        });
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var definition = Definition("start:trigger each:forEach inner:forEach@each a@inner", "start>each")
            .With("each", """{ "items": "{{ trigger.input.list }}", "onItemError": "collect" }""").With("inner", """{ "items": "{{ item }}" }""")
            .With("each", n => n with { Retry = new RetryDefinition { Attempts = 2, FirstSeconds = 0 } });
        var done = await stage.Ended((await stage.Start(await stage.Agent(definition), input: """{"kind":"manual","input":{"list":[[1,2],[3,4],[5]]}}""")).Id);
        Assert.Equal(RunStatus.Succeeded, done.Run.Status);
        Assert.Equal([1, 2, 3, 4, 5], _done.Order());
        Assert.Equal(6, _script.Calls["a"]);
    }

    [Fact]
    public void The_interpreter_names_what_should_stop_and_closes_the_loop_once_it_has()
    {
        var (graph, problem) = Graph.Compile(Each().With("each", n => n with { TimeoutSeconds = 60 }));
        Assert.Null(problem);
        var loop = Step(2, "each", StepStatus.Waiting, kind: "forEach");
        loop.Input = JsonElement.Parse("""{ "items": [1, 2] }""");
        loop.WakeAt = DateTimeOffset.UnixEpoch.AddSeconds(60);
        var journal = Journal(Step(1, "start", live: [0], kind: "trigger"), loop);
        var busy = new HashSet<Place> { new("each/0", "a") };

        var before = Assert.IsType<Decision.Go>(Interpreter.Advance(graph!, journal, busy, DateTimeOffset.UnixEpoch.AddSeconds(59)));
        Assert.Equal((0, loop.WakeAt), (before.Stop.Count, before.WakeAt));
        var late = Assert.IsType<Decision.Go>(Interpreter.Advance(graph!, journal, busy, DateTimeOffset.UnixEpoch.AddSeconds(60)));
        Assert.Equal(busy, late.Stop.ToHashSet());
        Assert.Empty(late.Start);
        var over = Assert.IsType<Decision.Go>(Interpreter.Advance(graph!, journal, new HashSet<Place>(), DateTimeOffset.UnixEpoch.AddSeconds(60)));
        Assert.Equal("timedOut", Code(Assert.IsType<LoopMove.Close>(Assert.Single(over.Moves)).Error));
    }

    private static AgentDefinition Each(string way = "stop") => Definition("start:trigger each:forEach a@each end", "start>each each>end")
        .With("each", $$$"""{ "items": "{{ trigger.input.list }}", "onItemError": "{{{way}}}" }""");

    private static int Item(NodeRun run) => run.Scope.GetProperty("item").GetInt32();

    private NodeResult Done(NodeRun run)
    {
        _done.Enqueue(Item(run));
        return Script.Says(Item(run));
    }

    private static RunStep Loop(RunDetail detail) => detail.Steps.Last(s => s.NodeId == "each");

    private static string? Code(JsonElement? error) => error is { } known ? known.GetProperty("code").GetString() : null;
}
