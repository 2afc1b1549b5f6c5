using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Effects;
using BizQ.Core.Runs;

namespace BizQ.Tests.Runtime.Simulation;

/// <summary>
/// What runs that call each other mean to one another, in one transaction each, as <see cref="AnswerParent"/>,
/// <see cref="CancelRun"/> and <see cref="StopChildren"/> do it in the database.
/// </summary>
internal sealed class MemoryCalls(MemoryRuns runs, Ids ids, Func<DateTimeOffset> now)
{
    public static readonly RunStatus[] Resting = [RunStatus.WaitingForApproval, RunStatus.WaitingForTime, RunStatus.WaitingForEvent];

    /// <summary>Writes the end of a called run into the step that waits for it.</summary>
    public static void Answer(MemoryRuns runs, Run child)
    {
        if (!runs.Runs.TryGetValue(child.ParentRunId!.Value, out var parent) || parent.Run.Ended
            || parent.Steps.GetValueOrDefault(child.ParentStepId!.Value) is not { Status: StepStatus.Waiting, WaitsFor: StepWait.Run, Output: null, Error: null } waiting
            || (ChildRun.AttemptOf(child) is { } attempt && waiting.Attempt != attempt))
            return;
        runs.Change(parent.Run.Id, rows =>
        {
            var step = rows.Steps[child.ParentStepId!.Value];
            rows.Run.Tainted |= child.Tainted;
            rows.Run.Status = Resting.Contains(rows.Run.Status) ? RunStatus.Running : rows.Run.Status;
            step.Output = child.Status == RunStatus.Succeeded ? Json.Element(new { @case = "done", runId = child.Id, result = child.Output }) : null;
            step.Error = child.Status == RunStatus.Succeeded ? (JsonElement?)null : Json.Element(new { code = child.Status == RunStatus.Cancelled ? "agentCancelled" : "agentFailed", message = "It did not come to its end.", runId = child.Id });
            step.WakeAt = null;
        });
    }

    /// <summary>Ends the run or asks it to stop, and asks all below it. Returns who is to be woken; nobody when it had ended.</summary>
    public IReadOnlyList<Guid> Cancel(Guid runId, bool force)
    {
        if (runs.Runs[runId].Run.Ended)
            return [];
        var why = Json.Element(new { code = "cancelled", message = "Cancelled by a person." });
        runs.Change(runId, rows =>
        {
            var at = force || rows.Run.CancelRequestedAt is not null || rows.Run.Status != RunStatus.Running;
            rows.Run.CancelRequestedAt ??= now();
            rows.Run.Error = why;
            if (at)
                End(rows);
        });
        var below = Below(runId, why);
        var run = runs.Runs[runId].Run;
        if (!AnswerParent.Owes(run))
            return [runId, .. below];
        Answer(runs, run);
        return [runId, .. below, run.ParentRunId!.Value];
    }

    /// <summary>Runs that go on although whoever waited for them has stopped, or has given them up.</summary>
    /// <param name="caller">Of this one only.</param>
    public IReadOnlyList<Guid> LeftBehind(Guid? caller = null) =>
    [
        .. runs.Runs.Values.Select(rows => rows.Run)
            .Where(run => !run.Ended && run.ParentRunId is { } parent && (caller is null || parent == caller)
                && runs.Runs[parent] is var above && above.Steps.GetValueOrDefault(run.ParentStepId!.Value) is { WaitsFor: StepWait.Run } step
                && (step.Status == StepStatus.Waiting ? above.Run.Status is RunStatus.Failed or RunStatus.Cancelled : step.Status != StepStatus.Succeeded))
            .Select(run => run.Id),
    ];

    private List<Guid> Below(Guid runId, JsonElement why)
    {
        var (all, level) = (new List<Guid>(), new List<Guid> { runId });
        while (level.Count > 0)
        {
            level = [.. runs.Runs.Values.Select(rows => rows.Run).Where(run => run.ParentRunId is { } parent && level.Contains(parent) && !run.Ended).Select(run => run.Id)];
            foreach (var id in level)
                Ask(runs, id, why, now());
            all.AddRange(level);
        }
        return all;
    }

    /// <summary>Asks the runs that these steps have called and do not wait for any longer, and all below them.</summary>
    public static void GiveUp(MemoryRuns runs, IReadOnlyList<Guid> steps, DateTimeOffset at)
    {
        var level = runs.Runs.Values.Select(rows => rows.Run).Where(run => run.ParentStepId is { } step && steps.Contains(step) && !run.Ended).Select(run => run.Id).ToList();
        while (level.Count > 0)
        {
            foreach (var id in level)
                Ask(runs, id, Json.Element(new { code = "cancelled", message = "It took too long." }), at);
            level = [.. runs.Runs.Values.Select(rows => rows.Run).Where(run => run.ParentRunId is { } parent && level.Contains(parent) && !run.Ended).Select(run => run.Id)];
        }
    }

    private static void Ask(MemoryRuns runs, Guid id, JsonElement why, DateTimeOffset at) => runs.Change(id, rows =>
    {
        rows.Run.CancelRequestedAt ??= at;
        rows.Run.Error = why;
        rows.Run.Status = RunStatus.Running;
    });

    private void End(Rows rows)
    {
        rows.Run.Status = RunStatus.Cancelled;
        rows.Run.CompletedAt = now();
        rows.Run.WakeAt = null;
        var (effects, approvals) = (rows.Effects.Values.ToList(), rows.Approvals.Values.ToList());
        var stands = (Effects: effects.ToDictionary(e => e.Id, e => e.State), Approvals: approvals.ToDictionary(a => a.Id, a => a.State));
        rows.Events.AddRange(DropProposals.Of(effects, approvals, Mover.Person, "A person", "Cancelled.", ids, now()));
        effects.Where(e => e.State != stands.Effects[e.Id]).ToList().ForEach(e => e.Version++);
        approvals.Where(a => a.State != stands.Approvals[a.Id]).ToList().ForEach(a => a.Version++);
        rows.Waits.Clear();
    }
}
