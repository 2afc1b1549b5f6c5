using System.Text.Json;
using BizQ.Agents.Runtime.Flow;
using BizQ.Agents.Runtime.Journal;
using BizQ.Core;
using BizQ.Core.Data.Archiving;
using BizQ.Core.Runs;

namespace BizQ.Agents.Runtime;

/// <summary>Records what loops come to, in the commit of the step that led to it: another round, their end, or what they no longer wait for.</summary>
internal sealed class RecordLoops(Expressions expressions, LeadOn leadOn, RetryPause pause, TimeProvider clock)
{
    /// <returns>True when the loop has failed, is not tried again by itself, and nothing follows from that yet: a person may be asked.</returns>
    public bool Move(LoadedRun loaded, Graph graph, JournalEntry entry, LoopMove move)
    {
        var step = move.Step;
        var before = RunWeight.Of(step);
        switch (move)
        {
            case LoopMove.Close close:
                step.Evidence = close.Evidence ?? step.Evidence;
                if (close.OfTurns)
                    CloseTurns(loaded, graph, close);
                else
                    Close(loaded, graph, step, close.Output, close.Error, ofRounds: true);
                break;
            case LoopMove.Again:
                Again(loaded, graph, entry, step);
                break;
            case LoopMove.NextRound next:
                Decide(loaded, graph, next);
                break;
            case LoopMove.Abandon:
                step.Status = StepStatus.Skipped;
                step.CompletedAt = clock.GetUtcNow();
                step.Error = Worked.ErrorOf("abandoned", "Something else in its loop failed or took too long, so it was not waited for any longer.");
                break;
        }
        loaded.Journal.Weigh(step, before);
        Changed(entry, step);
        return move is LoopMove.Close { OfTurns: false } or LoopMove.NextRound && step.Status == StepStatus.Failed;
    }

    private static void Changed(JournalEntry entry, RunStep step)
    {
        if (!entry.NewSteps.Contains(step) && !entry.ChangedSteps.Contains(step))
            entry.ChangedSteps.Add(step);
    }

    /// <summary>Another attempt at the whole loop: it has its time anew, goes on with the items it had, and what was done in its rounds stays done.</summary>
    private void Again(LoadedRun loaded, Graph graph, JournalEntry entry, RunStep step)
    {
        var rounds = LoopPlan.Rounds(step);
        (step.Error, step.ApprovalId, step.Output) = (null, null, rounds > 0 ? Json.Element(new { rounds }) : null);
        step.Attempt++;
        step.WakeAt = NodeWork.EndOf(graph.Find(step.NodeId)!, clock.GetUtcNow());
        foreach (var aside in loaded.Journal.FrameAt(step.Path)!.RoundsOf(step.NodeId).Reopen())
            Changed(entry, aside);
    }

    private void Decide(LoadedRun loaded, Graph graph, LoopMove.NextRound next)
    {
        var step = next.Step;
        var scope = RunScope.Of(loaded.Journal, next.ScopePath, loaded.Workspace, clock.GetUtcNow(), asked: (next.Round, next.Last));
        var holds = expressions.Holds(step.Input!.Value.GetProperty("condition").ToString(), scope);
        var most = loaded.Journal.FrameAt(step.Path)!.RoundsOf(step.NodeId).PlanOf(step).Max;
        if (holds.Refusal is { } refusal)
            Close(loaded, graph, step, null, Worked.ErrorOf(refusal.Code, $"The condition of '{step.NodeId}' could not be evaluated. {refusal.Message}"), ofRounds: false);
        else if (holds.Value && next.Round < most)
            step.Output = Json.Element(new { rounds = next.Round + 1 });
        else
            Close(loaded, graph, step, Json.Element(new { rounds = next.Round, last = next.Last, limited = holds.Value }), null, ofRounds: false);
    }

    /// <param name="ofRounds">The error is that of its rounds or its time: where a loop is to be tried again at all, that is worth it.</param>
    private void Close(LoadedRun loaded, Graph graph, RunStep step, JsonElement? output, JsonElement? error, bool ofRounds)
    {
        if (ArchivedJson.Bytes(output) > NodeWork.MostBytes || (ArchivedJson.LargeBytes(output) is > 0 and var large && loaded.Journal.Large + large > RunWeight.Most))
            (output, error) = (null, error ?? Worked.ErrorOf("tooLarge", $"What the rounds came to is larger than {NodeWork.MostBytes:N0} bytes together. Let each round come to the part that is needed, or store it as a document."));
        step.Output = output ?? step.Output;
        step.Error = error;
        if (error is { } failed && graph.Find(step.NodeId) is { Retry: { } retry }
            && pause.After(retry, failed, step.Attempt - loaded.Journal.Retries(Place.Of(step)), worth: ofRounds) is { } wait)
        {
            step.WakeAt = clock.GetUtcNow() + wait;
            return;
        }
        End(step, error is null);
        if (error is null)
            leadOn.From(loaded, graph, step);
    }

    private void CloseTurns(LoadedRun loaded, Graph graph, LoopMove.Close close)
    {
        var step = close.Step;
        (step.Output, step.Error) = (close.Output ?? step.Output, close.Error);
        End(step, close.Error is null);
        leadOn.From(loaded, graph, step, close.GoOn);
    }

    private void End(RunStep step, bool succeeded)
    {
        step.Status = succeeded ? StepStatus.Succeeded : StepStatus.Failed;
        step.WakeAt = null;
        step.CompletedAt = clock.GetUtcNow();
        step.DurationMs = (step.CompletedAt.Value - step.StartedAt).TotalMilliseconds;
    }
}
