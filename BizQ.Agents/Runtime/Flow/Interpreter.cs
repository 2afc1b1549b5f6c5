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
    /// <param name="busy">Where somebody is working right now.</param>
    /// <param name="now">Decides which waiting steps have reached their moment.</param>
    public static Decision Advance(Graph graph, RunJournal journal, IReadOnlySet<Place> busy, DateTimeOffset now)
    {
        if (journal.Run.Ended || journal.Run.Status == RunStatus.Parked)
            return Settle(journal, busy);
        if (journal.Run.CancelRequestedAt is not null)
            return Settle(journal, busy) is Decision.Go go ? go with { Halt = false } : new Decision.Cancel();
        var look = new Look(graph, journal, busy, now);
        var standing = look.Of(journal.Root, graph.Whole);
        var (limits, goOn) = (graph.Definition.Limits, look.GoOn);
        if (standing.Failed is { } failed)
        {
            // What is on its way out is followed; a node that rests before another attempt has none any more.
            var moving = goOn.Where(journal.OnItsWay).ToList();
            return busy.Count + moving.Count > 0 ? new Decision.Go([], moving, Halt: true) : new Decision.Fail(failed);
        }
        if (look.Moves.Count > 0)
            return new Decision.Go([], []) { Moves = look.Moves };
        if (look.Start.Count > 0 && LimitReached(limits, journal) is { } park)
            return busy.Count + goOn.Count > 0 ? new Decision.Go([], goOn, WakeAt: look.Rest.WakeAt) { Stop = look.Late } : park;
        if (busy.Count + look.Start.Count + goOn.Count > 0)
            return new Decision.Go([.. look.Start.Take(limits.MaxSteps - journal.Count - look.Coming)], goOn, WakeAt: look.Rest.WakeAt) { Stop = look.Late };
        if (look.Rest.Any)
            return new Decision.Wait(look.Rest.Status, look.Rest.WakeAt);
        return journal.Count == 0
            ? new Decision.Park("noEntry", $"No trigger node of this agent starts for '{Entry.KindOf(journal.Run)}'.")
            : new Decision.End(RoundOutcome.Said(journal.Root, graph.Whole));
    }

    /// <summary>An ended run starts nothing, but what is on its way out is still followed to its end.</summary>
    private static Decision Settle(RunJournal journal, IReadOnlySet<Place> busy)
    {
        var moving = journal.Steps.Where(s => s.Status == StepStatus.Waiting && journal.OnItsWay(s) && !busy.Contains(Place.Of(s))).ToList();
        return busy.Count + moving.Count > 0 ? new Decision.Go([], moving, Halt: true) : new Decision.Over();
    }

    private static Decision.Park? LimitReached(LimitsDefinition limits, RunJournal journal)
    {
        if (journal.Count >= limits.MaxSteps)
            return new Decision.Park("stepLimit", $"The run has taken {journal.Count} steps; its agent allows {limits.MaxSteps}.");
        if (limits.CostPerRun is { } cost && journal.Run.CostUsd > 0 && journal.Run.CostUsd >= cost.Value)
            return new Decision.Park("costLimit", $"Models have cost {new Money(journal.Run.CostUsd, "USD")} in this run; its agent allows {cost}.");
        return null;
    }

    /// <summary>Whether a person said no to this step. Only edges that ask for that are live after one.</summary>
    internal static bool IsRejected(RunStep step) =>
        step is { Output: { } output } && (step.ApprovalId ?? step.EffectId) is not null && Text(output, "case") == "rejected";

    internal static string? Text(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.String ? found.GetString() : null;
}
