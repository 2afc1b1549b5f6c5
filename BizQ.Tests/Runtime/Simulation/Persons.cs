using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using BizQ.Tests.Runtime.Simulation.Laws;

namespace BizQ.Tests.Runtime.Simulation;

/// <summary>People who decide, cancel and try again, in one transaction each as the operations of Core do.</summary>
internal sealed class Persons(World world, MemoryRuns runs, MemoryCalls calls, Outside outside, Law law, Ids ids)
{
    /// <summary>Somebody decides something that is open. False when there is nothing that can be decided now.</summary>
    public Guid? DecideSomething()
    {
        var open = runs.Runs.Values.SelectMany(rows => rows.Approvals.Values.Select(approval => (Rows: rows, Approval: approval)))
            .Where(o => o.Approval.State == ApprovalState.Open && MayDecide(o.Rows, o.Approval)).ToList();
        if (open.Count == 0)
            return null;
        var (rows, chosen) = world.Pick(open);
        runs.Change(rows.Run.Id, mine => Decide(mine, mine.Approvals[chosen.Id]));
        return rows.Run.Id;
    }

    /// <summary>Who is to be woken then: nobody when nothing can be cancelled.</summary>
    public IReadOnlyList<Guid> CancelSomething()
    {
        var open = runs.Runs.Values.Where(rows => !rows.Run.Ended).ToList();
        if (open.Count == 0)
            return [];
        var run = world.Pick(open).Run;
        var force = world.Chance(0.3);
        world.Tell($"a person cancels {run.Title}{(force ? " at once" : "")}");
        return calls.Cancel(run.Id, force);
    }

    public Guid? RetrySomething()
    {
        var stopped = runs.Runs.Values.Where(rows => rows.Run.Status is RunStatus.Failed or RunStatus.Parked or RunStatus.Cancelled
            || rows.Run is { Status: RunStatus.Running, CancelRequestedAt: not null }).ToList();
        if (stopped.Count == 0)
            return null;
        var id = world.Pick(stopped).Run.Id;
        world.Tell("a person tries a run again");
        law.Retried(id);
        law.Retrying = true;
        runs.Change(id, LetGoOn);
        law.Retrying = false;
        return id;
    }

    /// <summary>As <see cref="RetryRun"/> does it; one that was asked to stop and is still busy just goes on.</summary>
    public static void LetGoOn(Rows rows)
    {
        if (rows.Run.Status != RunStatus.Running)
            SetAside(rows);
        (rows.Run.Error, rows.Run.CancelRequestedAt) = (null, null);
    }

    private static void SetAside(Rows rows)
    {
        var waited = rows.Run.Status != RunStatus.Parked;
        var closed = rows.Steps.Values.Where(s => LoopKinds.Includes(s.Kind) && s.Status != StepStatus.Retried && s.LiveEdges is not null)
            .Select(s => s.Path.Length == 0 ? $"{s.NodeId}/" : $"{s.Path}/{s.NodeId}/").ToList();
        var stopped = rows.Steps.Values.Where(s => s.LiveEdges is null && (s.Status is StepStatus.Failed or StepStatus.Skipped || (waited && Stopped(rows, s))))
            .Where(s => !closed.Exists(rounds => s.Path.StartsWith(rounds, StringComparison.Ordinal))).ToList();
        foreach (var step in stopped)
            step.Status = StepStatus.Retried;
        rows.Run.Status = RunStatus.Queued;
        (rows.Run.Output, rows.Run.CompletedAt) = (null, null);
    }

    /// <summary>It waited when its run ended, for nothing that still moves or is still asked.</summary>
    private static bool Stopped(Rows rows, RunStep step) => step.Status == StepStatus.Waiting
        && (step.EffectId is not { } effect || rows.Effects[effect].State is not (EffectState.Intended or EffectState.Uncertain))
        && (step.ApprovalId is not { } approval || rows.Approvals[approval].State != ApprovalState.Open);

    /// <summary>About an outcome a person says something only once it can be seen: while a call is on its way, they look again later.</summary>
    private bool MayDecide(Rows rows, Approval approval) => approval.Kind == ApprovalKind.Uncertain
        ? !outside.OnTheWay(rows.Effects[approval.EffectId!.Value].IdempotencyKey)
        : !rows.Run.Ended;

    private void Decide(Rows rows, Approval approval)
    {
        var yes = world.Chance(0.75);
        var effect = approval.EffectId is { } id ? rows.Effects[id] : null;
        if (approval.Kind == ApprovalKind.Failure)
            yes = Answer(rows.Steps.Values.FirstOrDefault(s => s.ApprovalId == approval.Id), yes);
        else if (approval.Kind == ApprovalKind.Uncertain)
            yes = Answer(rows, effect!, retry: yes && !rows.Run.Ended);
        else if (effect is not null)
            rows.Events.Add(EffectLife.Move(effect, yes ? EffectState.Approved : EffectState.Rejected, Mover.Person, "A person", null, world.Now, ids));
        if (effect is not null)
            effect.Version++;
        approval.State = yes ? ApprovalState.Approved : ApprovalState.Rejected;
        approval.DecidedAt = world.Now;
        approval.Reason = "Because.";
        approval.Version++;
        if (!rows.Run.Ended)
            rows.Run.Status = RunStatus.Running;
        world.Tell($"a person says {(yes ? "yes" : "no")}");
    }

    /// <summary>Again, on without it, or no further. Nobody says "again" for ever.</summary>
    private bool Answer(RunStep? failed, bool yes)
    {
        var answer = !yes ? FailureAnswers.Stop : world.Chance(0.5) && failed?.Attempt < 6 ? FailureAnswers.Retry : FailureAnswers.GoOn;
        if (failed is not null)
            failed.Output = Json.Element(new { answer });
        return yes;
    }

    private bool Answer(Rows rows, Effect effect, bool retry)
    {
        if (outside.Happened(effect.IdempotencyKey) && effect.State == EffectState.Uncertain)
        {
            rows.Events.Add(EffectLife.Move(effect, EffectState.Done, Mover.Person, "A person", "It was done.", world.Now, ids));
            return true;
        }
        if (retry)
        {
            rows.Events.Add(EffectLife.Move(effect, EffectState.Approved, Mover.Person, "A person", "Again.", world.Now, ids));
            return true;
        }
        if (effect.State == EffectState.Uncertain)
            rows.Events.Add(EffectLife.Move(effect, EffectState.Failed, Mover.Person, "A person", "Given up.", world.Now, ids));
        effect.Error ??= "Given up.";
        return false;
    }
}
