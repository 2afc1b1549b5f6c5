using BizQ.Core;
using BizQ.Core.Approvals;
using BizQ.Core.Effects;
using BizQ.Core.Runs;

namespace BizQ.Tests.Runtime.Simulation;

/// <summary>People who decide, cancel and try again, in one transaction each as the operations of Core do.</summary>
internal sealed class Persons(World world, MemoryRuns runs, Outside outside, Law law, Ids ids)
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

    public Guid? CancelSomething()
    {
        var open = runs.Runs.Values.Where(rows => !rows.Run.Ended).ToList();
        if (open.Count == 0)
            return null;
        var id = world.Pick(open).Run.Id;
        runs.Change(id, rows =>
        {
            var force = world.Chance(0.3) || rows.Run.CancelRequestedAt is not null;
            world.Tell($"a person cancels a run{(force ? " at once" : "")}");
            rows.Run.CancelRequestedAt ??= world.Now;
            rows.Run.Error = Json.Element(new { code = "cancelled", message = "Cancelled by a person." });
            if (force || rows.Run.Status != RunStatus.Running)
                End(rows);
        });
        return id;
    }

    public Guid? RetrySomething()
    {
        var stopped = runs.Runs.Values.Where(rows => rows.Run.Status is RunStatus.Failed or RunStatus.Parked or RunStatus.Cancelled).ToList();
        if (stopped.Count == 0)
            return null;
        var id = world.Pick(stopped).Run.Id;
        world.Tell("a person tries a run again");
        law.Retrying = true;
        runs.Change(id, rows =>
        {
            var waited = rows.Run.Status != RunStatus.Parked;
            foreach (var step in rows.Steps.Values.Where(s => s.LiveEdges is null && (s.Status == StepStatus.Failed || (waited && Stopped(rows, s)))))
                step.Status = StepStatus.Retried;
            rows.Run.Status = RunStatus.Queued;
            (rows.Run.Error, rows.Run.Output, rows.Run.CompletedAt, rows.Run.CancelRequestedAt) = (null, null, null, null);
        });
        law.Retrying = false;
        return id;
    }

    /// <summary>It waited when its run ended, for nothing that still moves or is still asked.</summary>
    private static bool Stopped(Rows rows, RunStep step) => step.Status == StepStatus.Waiting
        && (step.EffectId is not { } effect || rows.Effects[effect].State is not (EffectState.Intended or EffectState.Uncertain))
        && (step.ApprovalId is not { } approval || rows.Approvals[approval].State != ApprovalState.Open);

    private void End(Rows rows)
    {
        rows.Run.Status = RunStatus.Cancelled;
        rows.Run.CompletedAt = world.Now;
        rows.Run.WakeAt = null;
        var (effects, approvals) = (rows.Effects.Values.ToList(), rows.Approvals.Values.ToList());
        var stands = (Effects: effects.ToDictionary(e => e.Id, e => e.State), Approvals: approvals.ToDictionary(a => a.Id, a => a.State));
        rows.Events.AddRange(DropProposals.Of(effects, approvals, Mover.Person, "A person", "Cancelled.", ids, world.Now));
        effects.Where(e => e.State != stands.Effects[e.Id]).ToList().ForEach(e => e.Version++);
        approvals.Where(a => a.State != stands.Approvals[a.Id]).ToList().ForEach(a => a.Version++);
        rows.Waits.Clear();
    }

    /// <summary>About an outcome a person says something only once it can be seen: while a call is on its way, they look again later.</summary>
    private bool MayDecide(Rows rows, Approval approval) => approval.Kind == ApprovalKind.Uncertain
        ? !outside.OnTheWay(rows.Effects[approval.EffectId!.Value].IdempotencyKey)
        : !rows.Run.Ended;

    private void Decide(Rows rows, Approval approval)
    {
        var yes = world.Chance(0.75);
        var effect = approval.EffectId is { } id ? rows.Effects[id] : null;
        if (approval.Kind == ApprovalKind.Uncertain)
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
