using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Runs;

namespace BizQ.Agents.Runtime.Flow;

/// <summary>What bodies of nodes and loops come to.</summary>
internal static class RoundOutcome
{
    /// <summary>
    /// A round's value is what its output node said, or the reason of a person's no, or else what the last node of its body that
    /// ran and leads nowhere answered: the last in the graph's order, so that it does not matter who was quicker.
    /// </summary>
    public static RoundEnd Of(Frame frame, Body body, Graph graph, RunStep? failed)
    {
        if (failed is not null)
            return new RoundEnd(frame.Round, null, failed.Error, failed.NodeId);
        if (Said(frame, body) is { } said)
            return new RoundEnd(frame.Round, said);
        var last = body.Order.Where(n => graph.OutOf(n.Id).Count == 0).Select(n => frame.StepOf(n.Id)).LastOrDefault(s => s is { Output: not null, Status: StepStatus.Succeeded or StepStatus.Failed });
        return new RoundEnd(frame.Round, last?.Output);
    }

    /// <summary>What an output node said, the last in the graph's order if there are several; or why a person said no; null when neither.</summary>
    public static JsonElement? Said(Frame frame, Body body)
    {
        var done = body.Order.Select(n => frame.StepOf(n.Id)).OfType<RunStep>().Where(s => s.Status == StepStatus.Succeeded).Reverse().ToList();
        if (done.FirstOrDefault(s => s.Kind == "output") is { } output)
            return output.Output;
        return done.FirstOrDefault(Interpreter.IsRejected) is { } rejected
            ? Json.Element(new { rejected = Interpreter.Text(rejected.Output!.Value, "reason") ?? "" })
            : null;
    }

    public static LoopMove OfItems(RunStep step, LoopPlan plan, Rounds rounds)
    {
        var errors = Errors(rounds);
        var output = Values(plan, rounds);
        if (errors.Count == 0 || plan.OnItemError != OnItemError.Collect)
            return new LoopMove.Close(step, output);
        var message = $"{errors.Count} of {plan.Items.Count} items failed. The first is item {errors[0].Index}: {MessageOf(errors[0])}";
        return new LoopMove.Close(step, output, Json.Element(new { code = "itemsFailed", message, count = errors.Count }));
    }

    /// <summary>Its time is over. What its rounds have come to so far stays in its output.</summary>
    public static LoopMove TimedOut(RunStep step, LoopPlan? plan, Rounds rounds, int? seconds)
    {
        var done = plan is null ? "" : $" {rounds.Ended.Count(e => e.Error is null)} of {plan.Items.Count} items were done.";
        return new LoopMove.Close(step, plan is null ? null : Values(plan, rounds), Json.Element(new
        {
            code = "timedOut",
            message = $"It took longer than the {seconds} s it has.{done} What was under way was stopped.",
        }));
    }

    private static List<RoundEnd> Errors(Rounds rounds) => [.. rounds.Ended.Where(e => e.Error is not null).OrderBy(e => e.Index)];

    private static JsonElement Values(LoopPlan plan, Rounds rounds) => Json.Element(new
    {
        items = Enumerable.Range(0, plan.Items.Count).Select(i => rounds.EndOf(i)?.Value),
        errors = Errors(rounds).Select(e => new { e.Index, code = CodeOf(e), message = MessageOf(e) }),
        count = plan.Items.Count,
    });

    /// <summary>One round has failed and ends its loop.</summary>
    public static LoopMove Stopped(RunStep step, RoundEnd end, string what) => new LoopMove.Close(step, null, Json.Element(new
    {
        code = CodeOf(end),
        message = $"{what} {end.Index} failed at '{end.NodeId}'. {MessageOf(end)}",
        index = end.Index,
        node = end.NodeId,
    }));

    private static string CodeOf(RoundEnd end) => Interpreter.Text(end.Error!.Value, "code") ?? "failed";

    private static string MessageOf(RoundEnd end) => Interpreter.Text(end.Error!.Value, "message") ?? "It did not say why.";
}
