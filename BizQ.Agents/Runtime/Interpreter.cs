using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Runs;

namespace BizQ.Agents.Runtime;

/// <summary>What to do next with a run. Only <see cref="Go"/> leaves the run running.</summary>
public abstract record Decision
{
    private Decision() { }

    /// <summary>
    /// Run these nodes and go on with these waiting steps; both may be empty while others are still busy.
    /// <paramref name="Halt"/>: the run is about to end, so what is busy should stop where it can.
    /// </summary>
    public sealed record Go(IReadOnlyList<NodeDefinition> Start, IReadOnlyList<RunStep> Continue, bool Halt = false) : Decision;

    /// <summary>Everything that could be done was; a person must decide.</summary>
    public sealed record Wait : Decision;

    public sealed record End(JsonElement? Output) : Decision;

    /// <summary>This step failed, and with it the run.</summary>
    public sealed record Fail(RunStep Step) : Decision;

    /// <summary>The run must not go on by itself: a limit was reached or its definition cannot run.</summary>
    public sealed record Park(string Code, string Message) : Decision;

    /// <summary>It had ended before, and nothing of it is left on its way.</summary>
    public sealed record Over : Decision;
}

/// <summary>
/// Decides what a run does next, from its graph and its journal alone: no clock, no database, no scripts, so that any recorded
/// journal can be replayed over it. A node runs once all edges into it are resolved and at least one is live; when all are
/// dead it is skipped and its own edges are dead in turn, so a join never waits for a branch that was not taken.
/// </summary>
public static class Interpreter
{
    private enum Resolved : byte { NotYet, Live, Dead }

    /// <param name="busy">The ids of the nodes somebody is working on right now.</param>
    public static Decision Advance(Graph graph, RunJournal journal, IReadOnlySet<string> busy)
    {
        if (journal.Run.Ended || journal.Run.Status == RunStatus.Parked)
            return Settle(journal, busy);
        var (start, goOn, asked, failed) = Look(graph, journal, busy);
        var moving = goOn.Where(journal.OnItsWay).ToList();
        if (failed is not null)
            return busy.Count + moving.Count > 0 ? new Decision.Go([], moving, Halt: true) : new Decision.Fail(failed);
        if (start.Count > 0 && LimitReached(graph.Definition.Limits, journal) is { } park)
            return busy.Count + goOn.Count > 0 ? new Decision.Go([], goOn) : park;
        if (busy.Count + start.Count + goOn.Count > 0)
            return new Decision.Go([.. start.Take(graph.Definition.Limits.MaxSteps - journal.Steps.Count - busy.Count)], goOn);
        if (asked)
            return new Decision.Wait();
        return journal.Steps.Count == 0
            ? new Decision.Park("noEntry", $"No trigger node of this agent starts for '{KindOf(journal.Run)}'.")
            : new Decision.End(OutputOf(journal));
    }

    /// <summary>An ended run starts nothing, but what is on its way out is still followed to its end.</summary>
    private static Decision Settle(RunJournal journal, IReadOnlySet<string> busy)
    {
        var moving = journal.Steps.Where(s => s.Status == StepStatus.Waiting && journal.OnItsWay(s) && !busy.Contains(s.NodeId)).ToList();
        return busy.Count + moving.Count > 0 ? new Decision.Go([], moving, Halt: true) : new Decision.Over();
    }

    private static (List<NodeDefinition> Start, List<RunStep> GoOn, bool Asked, RunStep? Failed) Look(Graph graph, RunJournal journal, IReadOnlySet<string> busy)
    {
        var edges = new Resolved[graph.Definition.Edges.Count];
        var start = new List<NodeDefinition>();
        var goOn = new List<RunStep>();
        var asked = false;
        RunStep? failed = null;
        foreach (var node in graph.Order)
        {
            var step = journal.StepOf(node.Id);
            if (busy.Contains(node.Id))
                continue;
            switch (step?.Status)
            {
                case StepStatus.Succeeded:
                    foreach (var edge in graph.OutOf(node.Id))
                        edges[edge] = RunJournal.IsLive(step, edge) ? Resolved.Live : Resolved.Dead;
                    break;
                case StepStatus.Failed:
                    failed ??= step;
                    break;
                case StepStatus.Waiting when journal.Asked(step):
                    asked = true;
                    break;
                case StepStatus.Waiting:
                    goOn.Add(step);
                    break;
                default:
                    switch (Entered(graph, journal.Run, node, edges))
                    {
                        case Resolved.Live:
                            start.Add(node);
                            break;
                        case Resolved.Dead:
                            foreach (var edge in graph.OutOf(node.Id))
                                edges[edge] = Resolved.Dead;
                            break;
                    }
                    break;
            }
        }
        return (start, goOn, asked, failed);
    }

    private static Resolved Entered(Graph graph, Run run, NodeDefinition node, Resolved[] edges)
    {
        var into = graph.Into(node.Id);
        if (into.Count == 0)
            return node.Kind == "trigger" && Starts(graph.Definition, run, node) ? Resolved.Live : Resolved.Dead;
        var live = false;
        foreach (var edge in into)
        {
            if (edges[edge] == Resolved.NotYet)
                return Resolved.NotYet;
            live |= edges[edge] == Resolved.Live;
        }
        return live ? Resolved.Live : Resolved.Dead;
    }

    /// <summary>A trigger node names the triggers it starts for; one that names none starts for all.</summary>
    private static bool Starts(AgentDefinition agent, Run run, NodeDefinition node)
    {
        if (node.Settings is not { ValueKind: JsonValueKind.Object } settings
            || !settings.TryGetProperty("on", out var on) || on.ValueKind != JsonValueKind.Array || on.GetArrayLength() == 0)
            return true;
        var (kind, id) = (KindOf(run), Text(run.Input, "triggerId"));
        var named = on.EnumerateArray().Select(e => e.ToString()).ToHashSet(StringComparer.Ordinal);
        return agent.Triggers.Any(t => named.Contains(t.Id) && (id is null ? Same(t.Kind, kind) : t.Id == id));
    }

    /// <summary>A run by hand may be given what a mail or schedule would have brought; then it counts as one.</summary>
    private static string KindOf(Run run) => Text(run.Input, "kind") ?? run.TaskType;

    /// <summary>By hand is by hand, through the page or the API.</summary>
    private static bool Same(string trigger, string kind) => trigger == kind || (trigger == "manual" && kind == "api");

    private static Decision.Park? LimitReached(LimitsDefinition limits, RunJournal journal)
    {
        if (journal.Steps.Count >= limits.MaxSteps)
            return new Decision.Park("stepLimit", $"The run has taken {journal.Steps.Count} steps; its agent allows {limits.MaxSteps}.");
        if (limits.CostPerRun is { } cost && journal.Run.CostUsd > 0 && journal.Run.CostUsd >= cost.Value)
            return new Decision.Park("costLimit", $"Models have cost {new Money(journal.Run.CostUsd, "USD")} in this run; its agent allows {cost}.");
        return null;
    }

    private static JsonElement? OutputOf(RunJournal journal)
    {
        var done = journal.Steps.Where(s => s.Status == StepStatus.Succeeded).Reverse().ToList();
        if (done.FirstOrDefault(s => s.Kind == "output") is { } output)
            return output.Output;
        return done.FirstOrDefault(IsRejected) is { } rejected
            ? Json.Element(new { rejected = Text(rejected.Output!.Value, "reason") ?? "" })
            : null;
    }

    /// <summary>Whether a person said no to this step. Only edges that ask for that are live after one.</summary>
    internal static bool IsRejected(RunStep step) =>
        step is { Output: { } output } && (step.ApprovalId ?? step.EffectId) is not null && Text(output, "case") == "rejected";

    private static string? Text(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.String ? found.GetString() : null;
}
