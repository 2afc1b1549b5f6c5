using System.Text.Json;
using BizQ.Agents.Effects;
using BizQ.Agents.Nodes;
using BizQ.Agents.Runtime.Flow;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Context;
using BizQ.Core.Data.Archiving;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using BizQ.Core.Validation;

namespace BizQ.Agents.Runtime;

/// <summary>
/// Takes a step with an effect one stretch further: each stretch ends where something must be committed before the next may
/// begin. Proposed and judged; approved, rechecked and intended; executed.
/// </summary>
public sealed class EffectWork(EffectDesk desk, TimeProvider clock)
{
    /// <summary>Tools have their own, shorter limits; this is for one that hangs all the same.</summary>
    private static readonly TimeSpan LongestCall = TimeSpan.FromMinutes(2);

    /// <summary>A process that was held up longer between an intent and its call (paused, moved) may have been given up by the others, who asked a person.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(20);

    internal async Task<Worked> Propose(
        Run run, AgentDefinition agent, Due due, NodeResult.Propose proposal, JsonElement input, IReadOnlyList<Evidence> gathered,
        DateTimeOffset started, CancellationToken stop)
    {
        var since = clock.GetTimestamp();
        var judged = run.Rehearsal
            ? await desk.Rehearse(run, agent, due.Node, proposal.Operation, proposal.Arguments, gathered, stop)
            : await desk.Judge(run, agent, due.Node, proposal.Operation, proposal.Arguments, gathered, stop);
        var waiting = new Worked(due, null, started, 0)
        {
            Status = StepStatus.Waiting,
            Input = input,
            Effect = judged.Effect,
            EffectEvents = judged.Events,
            Approval = judged.Approval,
        };
        if (judged is { Approval: null, Effect.State: EffectState.Approved })
            waiting = await Intend(waiting, run, agent, judged.Effect, stop);
        return Ended(waiting, null) with { DurationMs = clock.GetElapsedTime(since).TotalMilliseconds };
    }

    /// <param name="reason">What a person said with their decision.</param>
    /// <param name="intendedHere">True when this process committed the intent itself, so that nobody can have acted on it yet.</param>
    internal async Task<Worked> Continue(Run run, AgentDefinition agent, Worked waited, Effect effect, string? reason, bool intendedHere, CancellationToken stop)
    {
        var since = clock.GetTimestamp();
        var waiting = waited with { Effect = effect };
        var after = effect.State switch
        {
            EffectState.Approved or EffectState.Rechecked => await Intend(waiting, run, agent, effect, stop),
            EffectState.Intended => await Act(waiting, run, effect, intendedHere),
            _ => waiting,
        };
        var ended = Ended(after, reason) with { DurationMs = clock.GetElapsedTime(since).TotalMilliseconds };
        // The step has it, and with the step the archive.
        if (ArchivedJson.LargeBytes(effect.Result) is > 0 and var bytes)
            effect.Result = Json.Element(new { bytes, where = "the output of its step" });
        return ended;
    }

    /// <summary>It was done, so its step succeeds, though nobody can keep what the tool answered.</summary>
    internal static JsonElement WithoutResult(Effect effect, int bytes) =>
        Json.Element(new { @case = "done", effectId = effect.Id, state = "done", resultTooLarge = bytes });

    private async Task<Worked> Intend(Worked waiting, Run run, AgentDefinition agent, Effect effect, CancellationToken stop)
    {
        switch (await desk.Recheck(run, agent, effect, stop))
        {
            case Rechecked.Ok ok:
                return waiting with { Effect = effect, EffectEvents = [.. waiting.EffectEvents, .. ok.Events, desk.Intend(effect)] };
            case Rechecked.Changed { Again: var again }:
                return waiting with { Effect = again.Effect, EffectEvents = [.. waiting.EffectEvents, .. again.Events], Approval = again.Approval };
            default:
                throw new InvalidOperationException("The recheck came to something the run loop does not know.");
        }
    }

    /// <summary>Not stopped with the process: what has begun to act is followed to its end if there is time.</summary>
    private async Task<Worked> Act(Worked waiting, Run run, Effect effect, bool intendedHere)
    {
        using var tooLong = new CancellationTokenSource(LongestCall, clock);
        var executed = intendedHere && clock.GetUtcNow() - effect.IntendedAt < Fresh ? await desk.Execute(run, effect, tooLong.Token) : await desk.Recover(run, effect, tooLong.Token);
        return waiting with { Effect = executed.Effect, EffectEvents = executed.Events, Approval = executed.Approval, Acted = true };
    }

    /// <summary>The step ends with its effect, unless a person is asked about it.</summary>
    private static Worked Ended(Worked worked, string? reason)
    {
        var effect = worked.Effect!;
        if (worked.Approval is not null)
            return worked;
        return effect.State switch
        {
            EffectState.Done => worked with { Status = StepStatus.Succeeded, Output = Done(effect) },
            EffectState.Rehearsed => worked with { Status = StepStatus.Succeeded, Output = Rehearsed(effect) },
            EffectState.Rejected => worked with { Status = StepStatus.Succeeded, Output = OutputOf(effect, "rejected", null, reason) },
            EffectState.Failed => worked with { Status = StepStatus.Failed, Error = Worked.ErrorOf("effectFailed", effect.Error ?? "The tool did not say why.") },
            EffectState.Blocked => worked with { Status = StepStatus.Failed, Error = Blocked(effect) },
            EffectState.Approved or EffectState.Rechecked or EffectState.Intended => worked,
            var other => worked with { Status = StepStatus.Failed, Error = Worked.ErrorOf("effectUnsettled", $"The effect is {other} but nobody was asked about it. Try the step again.") },
        };
    }

    /// <summary>Looked at before anything is made of it, and after: what is put around it counts too.</summary>
    private static JsonElement Done(Effect effect)
    {
        var bytes = ArchivedJson.Bytes(effect.Result);
        if (bytes > NodeWork.MostBytes)
            return WithoutResult(effect, bytes);
        var output = OutputOf(effect, "done", effect.Result, null);
        return ArchivedJson.Bytes(output) <= NodeWork.MostBytes ? output : WithoutResult(effect, bytes);
    }

    private static JsonElement OutputOf(Effect effect, string state, JsonElement? result, string? reason) =>
        Json.Element(new { @case = state, effectId = effect.Id, state, result, reason });

    private static JsonElement Rehearsed(Effect effect) =>
        Json.Element(new { @case = "rehearsed", effectId = effect.Id, state = "rehearsed", verdict = effect.Verdict });

    private static JsonElement Blocked(Effect effect)
    {
        var reasons = (effect.Findings is { } findings ? Json.Read<List<Finding>>(findings) : null) ?? [];
        var blocking = reasons.Where(f => f.Verdict == Verdict.Block).ToList();
        return Json.Element(new
        {
            code = "blocked",
            message = blocking.Count == 0 ? "The checks do not let this out." : string.Join(' ', blocking.Select(f => f.Message)),
            reasons = blocking.Select(f => f.Reason).Distinct(),
        });
    }
}
