using System.Text;
using System.Text.Json;
using BizQ.Agents.Runtime.Flow;
using BizQ.Agents.Runtime.Journal;
using BizQ.Core;
using BizQ.Core.Runs;

namespace BizQ.Agents.Runtime;

/// <summary>Records what loops come to, in the commit of the step that led to it: another round, their end, or what they no longer wait for.</summary>
internal sealed class RecordLoops(Expressions expressions, LeadOn leadOn, TimeProvider clock)
{
    public void Move(LoadedRun loaded, Graph graph, JournalEntry entry, LoopMove move)
    {
        var step = move.Step;
        switch (move)
        {
            case LoopMove.Close close:
                step.Evidence = close.Evidence ?? step.Evidence;
                Close(loaded, graph, step, close.Output, close.Error, close.GoOn);
                break;
            case LoopMove.NextRound next:
                Decide(loaded, graph, next);
                break;
            case LoopMove.Abandon:
                step.Status = StepStatus.Skipped;
                step.CompletedAt = clock.GetUtcNow();
                step.Error = Worked.ErrorOf("abandoned", "Something else in its loop failed, so it was not waited for any longer.");
                break;
        }
        if (!entry.NewSteps.Contains(step) && !entry.ChangedSteps.Contains(step))
            entry.ChangedSteps.Add(step);
    }

    private void Decide(LoadedRun loaded, Graph graph, LoopMove.NextRound next)
    {
        var step = next.Step;
        var scope = RunScope.Of(loaded.Journal, next.ScopePath, loaded.Workspace, clock.GetUtcNow(), asked: (next.Round, next.Last));
        var holds = expressions.Holds(step.Input!.Value.GetProperty("condition").ToString(), scope);
        var most = loaded.Journal.FrameAt(step.Path)!.RoundsOf(step.NodeId).PlanOf(step).Max;
        if (holds.Refusal is { } refusal)
            Close(loaded, graph, step, null, Worked.ErrorOf(refusal.Code, $"The condition of '{step.NodeId}' could not be evaluated. {refusal.Message}"));
        else if (holds.Value && next.Round < most)
            step.Output = Json.Element(new { rounds = next.Round + 1 });
        else
            Close(loaded, graph, step, Json.Element(new { rounds = next.Round, last = next.Last, limited = holds.Value }), null);
    }

    private void Close(LoadedRun loaded, Graph graph, RunStep step, JsonElement? output, JsonElement? error, bool goOn = false)
    {
        if (output is { } large && Encoding.UTF8.GetByteCount(large.GetRawText()) > NodeWork.MostBytes)
            (output, error) = (null, error ?? Worked.ErrorOf("tooLarge", $"What the rounds came to is larger than {NodeWork.MostBytes:N0} bytes together. Let each round come to the part that is needed, or store it as a document."));
        step.Status = error is null ? StepStatus.Succeeded : StepStatus.Failed;
        step.Output = output ?? step.Output;
        step.Error = error;
        step.CompletedAt = clock.GetUtcNow();
        step.DurationMs = (step.CompletedAt.Value - step.StartedAt).TotalMilliseconds;
        leadOn.From(loaded, graph, step, goOn);
    }
}
