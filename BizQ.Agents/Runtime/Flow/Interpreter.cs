using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Runs;

namespace BizQ.Agents.Runtime.Flow;

/// <summary>
/// Decides what a run does next, from its graph, its journal and the time alone: no clock, no database, no scripts, so that any recorded
/// journal can be replayed over it. A node runs once all edges into it are resolved and at least one is live; when all are
/// dead it is skipped and its own edges are dead in turn, so a join never waits for a branch that was not taken.
/// </summary>
public static class Interpreter
{
    private enum Resolved : byte { NotYet, Live, Dead }

    /// <param name="busy">Where somebody is working right now.</param>
    /// <param name="now">Decides which waiting steps have reached their moment.</param>
    public static Decision Advance(Graph graph, RunJournal journal, IReadOnlySet<Place> busy, DateTimeOffset now)
    {
        if (journal.Run.Ended || journal.Run.Status == RunStatus.Parked)
            return Settle(journal, busy);
        if (journal.Run.CancelRequestedAt is not null)
            return Settle(journal, busy) is Decision.Go go ? go with { Halt = false } : new Decision.Cancel();
        var (start, goOn, rest, failed) = Look(graph, journal, busy, now);
        var moving = goOn.Where(journal.OnItsWay).ToList();
        if (failed is not null)
            return busy.Count + moving.Count > 0 ? new Decision.Go([], moving, Halt: true) : new Decision.Fail(failed);
        if (start.Count > 0 && LimitReached(graph.Definition.Limits, journal) is { } park)
            return busy.Count + goOn.Count > 0 ? new Decision.Go([], goOn, WakeAt: rest.WakeAt) : park;
        if (busy.Count + start.Count + goOn.Count > 0)
            return new Decision.Go([.. start.Take(graph.Definition.Limits.MaxSteps - journal.Steps.Count - busy.Count)], goOn, WakeAt: rest.WakeAt);
        if (rest.Any)
            return new Decision.Wait(rest.Status, rest.WakeAt);
        return journal.Steps.Count == 0
            ? new Decision.Park("noEntry", $"No trigger node of this agent starts for '{KindOf(journal.Run)}'.")
            : new Decision.End(OutputOf(journal));
    }

    /// <summary>An ended run starts nothing, but what is on its way out is still followed to its end.</summary>
    private static Decision Settle(RunJournal journal, IReadOnlySet<Place> busy)
    {
        var moving = journal.Steps.Where(s => s.Status == StepStatus.Waiting && journal.OnItsWay(s) && !busy.Contains(Place.Of(s))).ToList();
        return busy.Count + moving.Count > 0 ? new Decision.Go([], moving, Halt: true) : new Decision.Over();
    }

    private static (List<Due> Start, List<RunStep> GoOn, Rest Resting, RunStep? Failed) Look(
        Graph graph, RunJournal journal, IReadOnlySet<Place> busy, DateTimeOffset now)
    {
        const string path = "";
        var edges = new Resolved[graph.Definition.Edges.Count];
        var start = new List<Due>();
        var goOn = new List<RunStep>();
        var rest = new Rest();
        RunStep? failed = null;
        foreach (var node in graph.Order)
        {
            if (busy.Contains(new Place(path, node.Id)))
                continue;
            var step = journal.StepOf(path, node.Id);
            switch (step?.Status)
            {
                case StepStatus.Succeeded:
                    foreach (var edge in graph.OutOf(node.Id))
                        edges[edge] = RunJournal.IsLive(step, edge) ? Resolved.Live : Resolved.Dead;
                    break;
                case StepStatus.Failed:
                    failed ??= step;
                    break;
                case StepStatus.Waiting:
                    if (!rest.Add(journal, step, now))
                        goOn.Add(step);
                    break;
                default:
                    switch (Entered(graph, journal.Run, node, edges))
                    {
                        case Resolved.Live:
                            start.Add(new Due(path, node));
                            break;
                        case Resolved.Dead:
                            foreach (var edge in graph.OutOf(node.Id))
                                edges[edge] = Resolved.Dead;
                            break;
                    }
                    break;
            }
        }
        return (start, goOn, rest, failed);
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
