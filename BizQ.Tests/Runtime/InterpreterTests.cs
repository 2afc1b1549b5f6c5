using BizQ.Agents.Runtime.Flow;
using BizQ.Core;
using BizQ.Core.Approvals;
using BizQ.Core.Runs;
using static BizQ.Tests.Runtime.Graphs;

namespace BizQ.Tests.Runtime;

public sealed class InterpreterTests
{
    private static readonly IReadOnlySet<Place> Nobody = new HashSet<Place>();
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    [Fact]
    public void A_new_run_starts_at_its_trigger() =>
        Assert.Equal(["start"], Started(Interpreter.Advance(Of("start:trigger a", "start>a"), Journal(), Nobody, Now)));

    [Fact]
    public void Independent_branches_start_together()
    {
        var graph = Of("start:trigger a b c", "start>a start>b a>c b>c");
        Assert.Equal(["a", "b"], Started(Interpreter.Advance(graph, Journal(Step(1, "start", live: [0, 1])), Nobody, Now)));
    }

    [Fact]
    public void A_join_waits_for_the_branch_that_is_still_busy()
    {
        var graph = Of("start:trigger a b join", "start>a start>b a>join b>join");
        var journal = Journal(Step(1, "start", live: [0, 1]), Step(2, "a", live: [2]));
        Assert.Empty(Started(Interpreter.Advance(graph, journal, new HashSet<Place> { new("", "b") }, Now)));
    }

    [Fact]
    public void A_join_does_not_wait_for_a_branch_that_was_not_taken()
    {
        var graph = Of("start:trigger fork a b far join", "start>fork fork>a:yes fork>b:no b>far a>join far>join");
        var journal = Journal(Step(1, "start", live: [0]), Step(2, "fork", live: [1]), Step(3, "a", live: [4]));
        Assert.Equal(["join"], Started(Interpreter.Advance(graph, journal, Nobody, Now)));
    }

    [Fact]
    public void A_node_behind_dead_edges_only_never_runs()
    {
        var graph = Of("start:trigger a b end", "start>a start>b a>end b>end");
        var journal = Journal(Step(1, "start", live: []));
        Assert.IsType<Decision.End>(Interpreter.Advance(graph, journal, Nobody, Now));
    }

    [Fact]
    public void Its_output_is_what_the_output_node_said()
    {
        var journal = Journal(Step(1, "start", live: [0]), Step(2, "end", kind: "output", output: """{"answer":42}"""));
        var end = Assert.IsType<Decision.End>(Interpreter.Advance(Of("start:trigger end:output", "start>end"), journal, Nobody, Now));
        Assert.Equal(42, end.Output!.Value.GetProperty("answer").GetInt32());
    }

    [Fact]
    public void A_rejected_effect_that_nothing_handles_ends_the_run_with_the_reason()
    {
        var rejected = Step(2, "send", kind: "tool", output: """{"case":"rejected","state":"rejected","reason":"Too harsh"}""");
        rejected.EffectId = Id();
        var end = Assert.IsType<Decision.End>(Interpreter.Advance(Of("start:trigger send:tool", "start>send"), Journal(Step(1, "start", live: [0]), rejected), Nobody, Now));
        Assert.Equal("Too harsh", end.Output!.Value.GetProperty("rejected").GetString());
    }

    [Fact]
    public void A_step_waits_while_its_approval_is_open_and_goes_on_once_it_is_decided()
    {
        var graph = Of("start:trigger ask:approval", "start>ask");
        var approval = Approval(ApprovalState.Open);
        var ask = Step(2, "ask", StepStatus.Waiting);
        ask.ApprovalId = approval.Id;
        var journal = new RunJournal(Run(), [Step(1, "start", live: [0]), ask], approvals: [approval]);
        Assert.IsType<Decision.Wait>(Interpreter.Advance(graph, journal, Nobody, Now));

        approval.State = ApprovalState.Approved;
        Assert.Same(ask, Assert.Single(Assert.IsType<Decision.Go>(Interpreter.Advance(graph, journal, Nobody, Now)).Continue));
    }

    [Fact]
    public void A_step_rests_until_its_moment_or_until_what_it_listens_for_has_come()
    {
        var graph = Of("start:trigger wait", "start>wait");
        var wait = Step(2, "wait", StepStatus.Waiting);
        wait.WakeAt = Now.AddHours(1);
        var journal = Journal(Step(1, "start", live: [0]), wait);
        Assert.Equal(new Decision.Wait(RunStatus.WaitingForTime, wait.WakeAt), Interpreter.Advance(graph, journal, Nobody, Now));
        Assert.Equal([wait], Continued(Interpreter.Advance(graph, journal, Nobody, Now.AddHours(1))));

        wait.WaitsFor = StepWait.Event;
        Assert.Equal(new Decision.Wait(RunStatus.WaitingForEvent, wait.WakeAt), Interpreter.Advance(graph, journal, Nobody, Now));

        // As whoever delivers the event writes it.
        (wait.Output, wait.WakeAt) = (Json.EmptyObject, null);
        Assert.Equal([wait], Continued(Interpreter.Advance(graph, journal, Nobody, Now)));
    }

    [Fact]
    public void What_people_can_do_something_about_names_the_wait_and_the_earliest_moment_wakes_it()
    {
        var approval = Approval(ApprovalState.Open);
        var (ask, early, late) = (Step(2, "ask", StepStatus.Waiting), Step(3, "early", StepStatus.Waiting), Step(4, "late", StepStatus.Waiting));
        ask.ApprovalId = approval.Id;
        (early.WakeAt, late.WakeAt) = (Now.AddHours(1), Now.AddHours(2));
        var journal = new RunJournal(Run(), [Step(1, "start", live: [0, 1, 2]), ask, early, late], approvals: [approval]);
        var graph = Of("start:trigger ask early late", "start>ask start>early start>late");
        Assert.Equal(new Decision.Wait(RunStatus.WaitingForApproval, early.WakeAt), Interpreter.Advance(graph, journal, Nobody, Now));

        late.WaitsFor = StepWait.Run;
        approval.State = ApprovalState.Approved;
        var go = Assert.IsType<Decision.Go>(Interpreter.Advance(graph, journal, new HashSet<Place> { new("", "ask") }, Now));
        Assert.Empty(go.Continue);
        Assert.Equal(early.WakeAt, go.WakeAt);
    }

    [Fact]
    public void A_failed_step_fails_the_run_once_the_others_have_stopped()
    {
        var graph = Of("start:trigger a b", "start>a start>b");
        var journal = Journal(Step(1, "start", live: [0, 1]), Step(2, "a", StepStatus.Failed));
        Assert.True(Assert.IsType<Decision.Go>(Interpreter.Advance(graph, journal, new HashSet<Place> { new("", "b") }, Now)).Halt);
        Assert.Equal("a", Assert.IsType<Decision.Fail>(Interpreter.Advance(graph, journal, Nobody, Now)).Step.NodeId);
    }

    [Fact]
    public void A_retried_step_runs_again_and_its_newer_record_counts()
    {
        var graph = Of("start:trigger a", "start>a");
        var journal = Journal(Step(1, "start", live: [0]), Step(2, "a", StepStatus.Retried));
        Assert.Equal(["a"], Started(Interpreter.Advance(graph, journal, Nobody, Now)));

        journal.Add(Step(3, "a"));
        Assert.IsType<Decision.End>(Interpreter.Advance(graph, journal, Nobody, Now));
    }

    [Fact]
    public void The_step_limit_parks_the_run_and_is_never_overrun()
    {
        var graph = Of("start:trigger a b c", "start>a start>b start>c", maxSteps: 3);
        var journal = Journal(Step(1, "start", live: [0, 1, 2]));
        Assert.Equal(2, Started(Interpreter.Advance(graph, journal, Nobody, Now)).Length);

        journal.Add(Step(2, "a"));
        journal.Add(Step(3, "b"));
        Assert.Equal("stepLimit", Assert.IsType<Decision.Park>(Interpreter.Advance(graph, journal, Nobody, Now)).Code);
    }

    [Theory, InlineData(RunStatus.Cancelled), InlineData(RunStatus.Failed), InlineData(RunStatus.Succeeded), InlineData(RunStatus.Parked)]
    public void A_run_that_has_ended_starts_nothing(RunStatus status)
    {
        var journal = new RunJournal(Run(status: status));
        Assert.IsType<Decision.Over>(Interpreter.Advance(Of("start:trigger a", "start>a"), journal, Nobody, Now));
    }

    [Fact]
    public void A_trigger_node_starts_only_for_the_triggers_it_names()
    {
        var definition = Definition("byMail:trigger byHand:trigger", "") with
        {
            Triggers = [new("mail", "mail"), new("hand", "manual"), new("nightly", "schedule")],
        };
        definition = definition with
        {
            Nodes =
            [
                definition.Nodes[0] with { Settings = Core.Json.Element(new { on = new[] { "mail" } }) },
                definition.Nodes[1] with { Settings = Core.Json.Element(new { on = new[] { "hand" } }) },
            ],
        };
        var graph = Graph.Compile(definition).Graph!;
        Assert.Equal(["byHand"], Started(Interpreter.Advance(graph, new RunJournal(Run("""{"kind":"manual"}""")), Nobody, Now)));
        Assert.Equal(["byMail"], Started(Interpreter.Advance(graph, new RunJournal(Run("""{"kind":"mail"}""")), Nobody, Now)));
        Assert.Equal("noEntry", Assert.IsType<Decision.Park>(Interpreter.Advance(graph, new RunJournal(Run("""{"kind":"schedule","triggerId":"nightly"}""")), Nobody, Now)).Code);
    }

    [Fact]
    public void A_circle_is_refused_by_name()
    {
        var (graph, problem) = Graph.Compile(Definition("start:trigger a b", "start>a a>b b>a"));
        Assert.Null(graph);
        Assert.Contains("'a', 'b'", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void The_ten_thousandth_item_costs_what_the_first_one_did()
    {
        const int items = 10_000;
        var definition = Definition("start:trigger each:forEach a@each b@each", "start>each a>b", maxSteps: 100_000);
        var graph = Graph.Compile(definition).Graph!;
        var each = Step(2, "each", StepStatus.Waiting, kind: "forEach");
        each.Input = Core.Json.Element(new { items = Enumerable.Range(0, items), concurrency = 10 });
        var journal = Journal(Step(1, "start", live: [0]), each);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Decision decision;
        var most = 0;
        while ((decision = Interpreter.Advance(graph, journal, Nobody, Now)) is Decision.Go { Start: { Count: > 0 } start })
        {
            most = Math.Max(most, journal.Steps.Count);
            foreach (var due in start)
                journal.Add(Step(journal.NextSequence, due.Node.Id, live: due.Node.Id == "a" ? [1] : [], output: "1", path: due.Path));
        }
        var close = Assert.IsType<LoopMove.Close>(Assert.Single(Assert.IsType<Decision.Go>(decision).Moves));
        Assert.Equal(items, close.Output!.Value.GetProperty("count").GetInt32());
        Assert.Equal(2 + 2 * items, journal.Count);
        // What is kept of rounds that ended is what they came to, not their steps.
        Assert.InRange(most, 1, 50);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"It took {watch.Elapsed.TotalSeconds:0.0} s.");
    }

    private static IReadOnlyList<RunStep> Continued(Decision decision) => Assert.IsType<Decision.Go>(decision).Continue;

    private static string[] Started(Decision decision) => [.. Assert.IsType<Decision.Go>(decision).Start.Select(due => due.Node.Id)];
}
