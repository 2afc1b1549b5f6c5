using System.Text.Json;
using BizQ.Agents.Runtime.Flow;
using BizQ.Agents.Runtime.Journal;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Runs;

namespace BizQ.Agents.Runtime;

/// <summary>Decides which ways lead on from a step that is done, however it was done.</summary>
internal sealed class LeadOn(Expressions expressions, TimeProvider clock)
{
    private static readonly JsonElement s_none = JsonElement.Parse("[]");

    /// <summary>
    /// Writes the live edges into the step. A failed step that has any, or whose node goes on after errors, has been seen to; one
    /// without fails its round or run.
    /// </summary>
    /// <param name="goOn">A person has said that it goes on with the node's value.</param>
    public void From(LoadedRun loaded, Graph graph, RunStep step, bool goOn = false)
    {
        if (ToolLoop.IsInner(step.NodeId))
        {
            // Nothing leads on from it by itself. A call that failed is told to the model, and so has been seen to.
            if (step.Status == StepStatus.Succeeded || (step.Status == StepStatus.Failed && (goOn || step.NodeId != ToolLoop.Turn)))
                step.LiveEdges = s_none;
            return;
        }
        if (step.Status == StepStatus.Succeeded && Live(loaded, graph, step, onError: false) is { } live)
            step.LiveEdges = Json.Element(live);
        if (step.Status == StepStatus.Failed)
            Survive(loaded, graph, step, goOn || graph.Find(step.NodeId)?.OnError?.Then == AfterError.Continue);
    }

    private void Survive(LoadedRun loaded, Graph graph, RunStep step, bool goOn)
    {
        step.LiveEdges = null;
        if (goOn && !Answer(loaded, graph.Find(step.NodeId)!, step))
            return;
        if (Live(loaded, graph, step, onError: true) is not { } errors || (goOn ? Live(loaded, graph, step, onError: false) : []) is not { } usual)
            return;
        if (goOn || errors.Count > 0)
            step.LiveEdges = Json.Element(errors.Concat(usual).Order());
    }

    /// <summary>The node's value takes the place of the output it did not come to.</summary>
    private bool Answer(LoadedRun loaded, NodeDefinition node, RunStep step)
    {
        var value = Json.Element(new { value = node.OnError?.Value });
        var resolved = expressions.Resolve(value, ["/value/**"], ScopeOf(loaded, step));
        if (resolved.Refusal is { } refusal)
        {
            step.Error = Worked.ErrorOf(refusal.Code, $"The value to go on with after an error could not be worked out. {refusal.Message}");
            return false;
        }
        step.Output = resolved.Value.TryGetProperty("value", out var answer) ? answer : null;
        return true;
    }

    /// <summary>
    /// An edge is live when its case (if any) is the output's and its condition (if any) is true. After a person's no, only
    /// edges that ask for it count, so that nobody's "approval → send" sends what was rejected. Null when a condition cannot be
    /// told: then the step has failed.
    /// </summary>
    private List<int>? Live(LoadedRun loaded, Graph graph, RunStep step, bool onError)
    {
        var live = new List<int>();
        JsonElement? scope = null;
        foreach (var index in graph.OutOf(step.NodeId))
        {
            var edge = graph.Definition.Edges[index];
            if (edge.OnError != onError)
                continue;
            if (edge.Case is { Length: > 0 } wanted ? !Leads(step, wanted) : edge.When is null && Interpreter.IsRejected(step))
                continue;
            if (edge.When is { Length: > 0 } when)
            {
                scope ??= ScopeOf(loaded, step);
                var holds = expressions.Holds(when, scope.Value);
                if (holds.Refusal is { } refusal)
                {
                    step.Status = StepStatus.Failed;
                    step.Error = Worked.ErrorOf(refusal.Code, $"The condition of the edge to '{edge.To}' could not be evaluated. {refusal.Message}");
                    return null;
                }
                if (!holds.Value)
                    continue;
            }
            live.Add(index);
        }
        return live;
    }

    private JsonElement ScopeOf(LoadedRun loaded, RunStep step) => RunScope.Of(loaded.Journal, step.Path, loaded.Workspace, clock.GetUtcNow(), failing: step);

    /// <summary>What was only rehearsed leads where it would have led, had it been done.</summary>
    private static bool Leads(RunStep step, string wanted) => CaseOf(step) is { } found && (found == wanted || (found == "rehearsed" && wanted == "done"));

    private static string? CaseOf(RunStep step) =>
        step.Output is { ValueKind: JsonValueKind.Object } output && output.TryGetProperty("case", out var found) ? found.ToString() : null;
}
