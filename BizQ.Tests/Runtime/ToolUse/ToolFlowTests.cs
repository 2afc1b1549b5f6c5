using BizQ.Agents.Runtime.Flow;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Runs;
using static BizQ.Tests.Runtime.Graphs;

namespace BizQ.Tests.Runtime.ToolUse;

/// <summary>What the interpreter makes of a model's tool loop, from its journal alone.</summary>
public sealed class ToolFlowTests
{
    private const string TwoCalls = """{"calls":[{"id":"a","tool":"context","arguments":{"search":"x"}},{"id":"b","tool":"no.such","arguments":{},"problem":"There is none."},{"id":"c","tool":"test.once","arguments":{"n":"{{ 1 }}"}}]}""";

    private static readonly IReadOnlySet<Place> Nobody = new HashSet<Place>();

    [Fact]
    public void It_begins_with_its_first_turn()
    {
        var due = Assert.Single(Go([]).Start);
        Assert.Equal(("assist/0", ToolLoop.Turn, true), (due.Path, due.Node.Id, due.Literal));
        Assert.Empty(due.Dialog!.Past);
    }

    [Fact]
    public void What_the_turn_called_for_starts_at_once_but_for_what_cannot_be_called()
    {
        var start = Go([Turn(0, TwoCalls)]).Start;
        Assert.Equal([("model.call1", "context"), ("model.call3", "tool")], start.Select(due => (due.Node.Id, due.Node.Kind)));
        Assert.All(start, due => Assert.True(due.Literal));
        Assert.Equal("""{"tool":"test.once","arguments":{"n":"{{ 1 }}"}}""", start[1].Node.Settings?.GetRawText());
    }

    [Fact]
    public void The_next_turn_waits_for_every_call_and_is_told_all_of_them()
    {
        RunStep[] one = [Turn(0, TwoCalls), Call(0, 0, """{"found":false}""")];
        Assert.Equal(["model.call3"], Go(one).Start.Select(due => due.Node.Id));
        Assert.Empty(Go(one, new HashSet<Place> { new("assist/0", "model.call3") }).Start);

        var failed = Call(0, 2, null, StepStatus.Failed);
        failed.Error = Json.Element(new { code = "effectFailed", message = "No." });
        var due = Assert.Single(Go([.. one, failed]).Start);
        Assert.Equal(("assist/1", ToolLoop.Turn), (due.Path, due.Node.Id));
        var past = Assert.Single(due.Dialog!.Past);
        Assert.Equal(["""{"found":false}""", """{"code":"badCall","message":"There is none."}""", """{"case":"failed","error":{"code":"effectFailed","message":"No."}}"""],
            past.Said.Calls!.Select(call => past.Results[call.Id].GetRawText()));
    }

    [Fact]
    public void An_answer_ends_it_and_a_failed_turn_fails_it()
    {
        var answered = Assert.IsType<LoopMove.Close>(Assert.Single(Go([Turn(0, """{"answer":{"text":"Yes."}}""")]).Moves));
        Assert.Equal("""{"text":"Yes."}""", answered.Output?.GetRawText());
        Assert.Null(answered.Error);

        var turn = Turn(0, null, StepStatus.Failed);
        turn.Error = Json.Element(new { code = "modelFailed" });
        var failed = Assert.IsType<LoopMove.Close>(Assert.Single(Go([turn]).Moves));
        Assert.Equal("""{"code":"modelFailed"}""", failed.Error?.GetRawText());
    }

    [Fact]
    public void A_turn_set_aside_by_a_retry_is_asked_again_after_those_before_it() =>
        Assert.Equal("assist/1", Assert.Single(Go([Turn(0, """{"text":"?","problem":"Not JSON."}"""), Turn(1, null, StepStatus.Retried)]).Start).Path);

    [Fact]
    public void A_model_without_tools_is_one_step()
    {
        var graph = Of("start:trigger assist:model", "start>assist");
        Assert.Equal(["assist"], Assert.IsType<Decision.Go>(Interpreter.Advance(graph, Journal(Step(1, "start", live: [0])), Nobody, DateTimeOffset.UnixEpoch)).Start.Select(due => due.Node.Id));
    }

    private static Decision.Go Go(IReadOnlyList<RunStep> inner, IReadOnlySet<Place>? busy = null)
    {
        var (graph, problem) = Graph.Compile(Definition("start:trigger assist:model after", "start>assist assist>after").With("assist", """{ "task": "free", "tools": ["context"] }"""));
        Assert.Null(problem);
        var journal = Journal([Step(1, "start", live: [0]), Step(2, "assist", StepStatus.Waiting, kind: "model"), .. inner]);
        return Assert.IsType<Decision.Go>(Interpreter.Advance(graph!, journal, busy ?? Nobody, DateTimeOffset.UnixEpoch));
    }

    private static RunStep Turn(int turn, string? output, StepStatus status = StepStatus.Succeeded) =>
        Step(10 * (turn + 1), ToolLoop.Turn, status, kind: "model", output: output, path: $"assist/{turn}");

    private static RunStep Call(int turn, int index, string? output, StepStatus status = StepStatus.Succeeded) =>
        Step((10 * (turn + 1)) + index + 1, ToolLoop.Call(index), status, kind: "tool", output: output, path: $"assist/{turn}");
}
