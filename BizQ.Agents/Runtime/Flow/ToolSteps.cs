using System.Text.Json;
using BizQ.Agents.Models.ToolUse;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Context;
using BizQ.Core.Runs;

namespace BizQ.Agents.Runtime.Flow;

/// <summary>
/// The steps of a model's tool loop, as nodes that stand in no definition: each is worked on like any other, so that effects,
/// approvals, retries and crashes know nothing special.
/// </summary>
internal static class ToolSteps
{
    /// <summary>A model's turn, with all that was said in the turns before.</summary>
    public static Due Turn(NodeDefinition node, Rounds rounds, int turn) =>
        new(rounds.Open(turn).Path, new NodeDefinition(
            ToolLoop.Turn, ToolLoop.Kind, "The model's turn", rounds.Step?.Input, TimeoutSeconds: node.TimeoutSeconds, Parent: node.Id, Retry: node.Retry,
            // Going on with a value is the model's own step's to do.
            OnError: node.OnError is { Then: AfterError.Ask } ? node.OnError : null))
        {
            Literal = true,
            Dialog = Before(rounds, turn),
        };

    /// <summary>What a turn calls for and can be carried out.</summary>
    public static IEnumerable<Due> Calls(NodeDefinition node, string path, RunStep turn) =>
        (Read(turn).Calls ?? []).Index().Where(call => call.Item.Problem is null).Select(call => Call(node, path, call.Index, call.Item));

    /// <summary>A step that waits, as what it was begun as.</summary>
    public static Due DueOf(Graph graph, RunJournal journal, RunStep step)
    {
        if (!ToolLoop.IsInner(step.NodeId))
            return new Due(step.Path, graph.Find(step.NodeId)!);
        var frame = journal.FrameAt(step.Path)!;
        var node = graph.Find(frame.Of!.LoopId)!;
        return step.NodeId == ToolLoop.Turn
            ? Turn(node, frame.Of, frame.Round)
            : Calls(node, frame.Path, frame.StepOf(ToolLoop.Turn)!).First(call => call.Node.Id == step.NodeId);
    }

    /// <summary>What ends the loop; null while the model goes on.</summary>
    public static JsonElement? AnswerOf(RunStep turn) => Read(turn).Answer;

    public static bool IsLoop(Rounds rounds) => rounds.Step?.Kind == ToolLoop.Kind;

    /// <summary>All that the turns have looked up.</summary>
    public static JsonElement? EvidenceOf(Rounds rounds)
    {
        var found = FoundBefore(rounds, int.MaxValue);
        return found.Count > 0 ? Json.Element(found) : null;
    }

    internal static IEnumerable<(int Sequence, JsonElement Evidence)> Found(Frame turn) =>
        turn.Steps.Where(s => s is { Status: StepStatus.Succeeded, Evidence: not null }).Select(s => (s.Sequence, s.Evidence!.Value));

    private static Due Call(NodeDefinition node, string path, int index, ToolCalled call)
    {
        var lookUp = call.Tool == ToolLoop.LookUp;
        var settings = lookUp ? call.Arguments : Json.Element(new { tool = call.Tool, arguments = call.Arguments });
        return new Due(path, new NodeDefinition(ToolLoop.Call(index), lookUp ? "context" : "tool", call.Title ?? call.Tool, settings, Parent: node.Id)) { Literal = true };
    }

    private static Dialog Before(Rounds rounds, int turn)
    {
        var past = new List<PastTurn>();
        for (var earlier = 0; earlier < turn; earlier++)
        {
            var frame = rounds.Open(earlier);
            var said = Read(frame.StepOf(ToolLoop.Turn)!);
            past.Add(new PastTurn(said, (said.Calls ?? []).Index().DistinctBy(call => call.Item.Id).ToDictionary(call => call.Item.Id, call => ResultOf(call.Item, frame.StepOf(ToolLoop.Call(call.Index))))));
        }
        return new Dialog(turn, past, FoundBefore(rounds, turn));
    }

    private static List<Evidence> FoundBefore(Rounds rounds, int turn) =>
        [.. rounds.UnderWay.Where(frame => frame.Round < turn).SelectMany(Found).OrderBy(one => one.Sequence).SelectMany(one => Json.Read<List<Evidence>>(one.Evidence) ?? [])];

    /// <summary>What the model is told of a call. A failure is a result like any other: it may try something else.</summary>
    private static JsonElement ResultOf(ToolCalled call, RunStep? step) => (call.Problem, step) switch
    {
        ({ } problem, _) => Worked.ErrorOf("badCall", problem),
        (_, { Status: StepStatus.Succeeded, Output: { } output }) => output,
        (_, { Error: { } error }) => Json.Element(new { @case = "failed", error }),
        _ => Json.Element(new { @case = "failed", error = Worked.ErrorOf("noResult", "It came to nothing.") }),
    };

    private static TurnSaid Read(RunStep turn) => turn.Output is { ValueKind: JsonValueKind.Object } output ? Json.Read<TurnSaid>(output) ?? new TurnSaid() : new TurnSaid();
}
