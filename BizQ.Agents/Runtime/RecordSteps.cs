using BizQ.Agents.Runtime.Flow;
using BizQ.Agents.Runtime.Journal;
using BizQ.Agents.Waits;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using BizQ.Core.Triggers;

namespace BizQ.Agents.Runtime;

/// <summary>Turns what came of nodes into rows: the steps, which edges they made live, and how the run stands now.</summary>
public sealed class RecordSteps(Expressions expressions, RetryPause pause, Ids ids, TimeProvider clock)
{
    private readonly LeadOn _leadOn = new(expressions, clock);
    private readonly RecordLoops _loops = new(expressions, new LeadOn(expressions, clock), pause, clock);

    /// <summary>Adds to the journal and to the entry that will be committed.</summary>
    internal void Add(LoadedRun loaded, Graph graph, JournalEntry entry, Worked worked)
    {
        var journal = loaded.Journal;
        // The journal may have been read anew since the work began: its own row is the one to change.
        var step = worked.Waited is { } waited ? journal.FrameAt(waited.Path)!.Steps.First(s => s.Id == waited.Id) : New(journal, worked);
        var before = worked.Waited is null ? 0 : RunWeight.Of(step);
        worked = RunWeight.Bound(journal, worked, before);
        if (worked.Tries is { } tries)
            Tried(journal, step, worked, tries);
        step.Status = worked.Status;
        step.Output = worked.Answer is null ? worked.Output ?? step.Output : worked.Output;
        step.Error = worked.Error;
        step.EffectId = worked.Effect?.Id ?? step.EffectId;
        step.ApprovalId = worked.Approval?.Id ?? step.ApprovalId;
        step.WakeAt = worked.WakeAt;
        step.DurationMs = worked.Waited is null ? worked.DurationMs : (step.DurationMs ?? 0) + worked.DurationMs;
        step.CompletedAt = worked.Status == StepStatus.Waiting ? null : clock.GetUtcNow();
        if (worked.Waited is null)
            journal.Add(step);
        else
            journal.Weigh(step, before);
        if (worked.Answer is null && AsksAbout(journal.Run, worked.Due.Node, step) is { } after)
            worked = Ask(journal.Run, worked, step, after);
        else
            _leadOn.From(loaded, graph, step, goOn: worked.Answer == FailureAnswers.GoOn);
        (worked.Waited is null ? entry.NewSteps : entry.ChangedSteps).Add(step);
        AddEffect(journal, entry, worked);
        AddWaits(journal.Run, entry, worked, step);
        journal.Run.Tainted |= worked.Taints;
        journal.Run.CostUsd += worked.Use?.CostUsd ?? 0;
    }

    /// <summary>Adds what the interpreter has found out about loops; what they no longer wait for is dropped.</summary>
    internal void Move(LoadedRun loaded, Graph graph, JournalEntry entry, LoopMove move)
    {
        if (_loops.Move(loaded, graph, entry, move))
        {
            if (AsksAbout(loaded.Journal.Run, graph.Find(move.Step.NodeId), move.Step) is { } after)
                AddEffect(loaded.Journal, entry, Ask(loaded.Journal.Run, Worked.On(graph, move.Step), move.Step, after));
            else
                _leadOn.From(loaded, graph, move.Step);
        }
        if (move is LoopMove.Abandon)
            Drop(loaded.Journal, entry, "Its loop went on without it.", move.Step);
    }

    /// <summary>What the decision means for the run, once nobody is busy with it.</summary>
    internal void Conclude(RunJournal journal, JournalEntry entry, Decision decision)
    {
        var run = journal.Run;
        run.WakeAt = (decision as Decision.Wait)?.WakeAt;
        switch (decision)
        {
            case Decision.Go when !run.Ended && run.Status != RunStatus.Parked:
                run.Status = RunStatus.Running;
                break;
            case Decision.Wait wait:
                run.Status = wait.Status;
                break;
            case Decision.End end:
                (run.Output, run.Error) = (end.Output, null);
                End(run, RunStatus.Succeeded);
                Drop(journal, entry, "The run has come to its end.");
                break;
            case Decision.Fail fail:
                run.Error = fail.Step.Error;
                End(run, RunStatus.Failed);
                Drop(journal, entry, "The run failed.");
                if (RunFailed.Of(run, ids, clock.GetUtcNow()) is { } failed)
                    entry.Events.Add(failed);
                break;
            case Decision.Cancel:
                run.Error ??= Worked.ErrorOf("cancelled", "Cancelled.");
                End(run, RunStatus.Cancelled);
                Drop(journal, entry, "The run was cancelled.");
                break;
            case Decision.Park park:
                run.Status = RunStatus.Parked;
                run.Error = Worked.ErrorOf(park.Code, park.Message);
                break;
        }
    }

    private RunStep New(RunJournal journal, Worked worked) => new()
    {
        Id = worked.StepId ?? ids.New(),
        WorkspaceId = journal.Run.WorkspaceId,
        RunId = journal.Run.Id,
        NodeId = worked.Due.Node.Id,
        Path = worked.Due.Path,
        Kind = worked.Due.Node.Kind,
        Title = worked.Due.Node.Title,
        Sequence = journal.NextSequence,
        Status = worked.Status,
        Attempt = journal.Retries(worked.Due.Place) + 1,
        StartedAt = worked.StartedAt,
    };

    /// <summary>What an attempt at a node came to takes the place of what the one before left in its step.</summary>
    private static void Tried(RunJournal journal, RunStep step, Worked worked, int tries)
    {
        step.Input = worked.Input;
        step.Output = null;
        step.Evidence = worked.Evidence is { Count: > 0 } evidence ? Json.Element(evidence) : null;
        step.EffectId = null;
        step.ApprovalId = null;
        step.WaitsFor = worked.WaitsFor;
        step.Attempt = journal.Retries(worked.Due.Place) + tries;
        if (worked.Use is not { } use)
            return;
        step.Model = use.Model;
        step.InputTokens = (step.InputTokens ?? 0) + use.InputTokens;
        step.OutputTokens = (step.OutputTokens ?? 0) + use.OutputTokens;
        step.CostUsd = (step.CostUsd ?? 0) + use.CostUsd;
    }

    /// <summary>What its node says about failures, if a person is to be asked about this one.</summary>
    private static OnErrorDefinition? AsksAbout(Run run, NodeDefinition? node, RunStep step) =>
        step.Status == StepStatus.Failed && run is { Ended: false, Rehearsal: false, CancelRequestedAt: null } && node?.OnError is { Then: AfterError.Ask } after ? after : null;

    /// <summary>The step waits for a person to say whether it is tried again, goes on, or stops.</summary>
    private Worked Ask(Run run, Worked worked, RunStep step, OnErrorDefinition after)
    {
        var approval = AskPerson.AboutFailure(run, step, after.Value, ids.New(), clock.GetUtcNow());
        (step.Status, step.CompletedAt, step.ApprovalId) = (StepStatus.Waiting, null, approval.Id);
        return worked with { Approval = approval };
    }

    private static void AddEffect(RunJournal journal, JournalEntry entry, Worked worked)
    {
        if (worked.Effect is { } effect)
        {
            (journal.Effects.ContainsKey(effect.Id) ? entry.ChangedEffects : entry.NewEffects).Add(effect);
            journal.Effects[effect.Id] = effect;
            entry.EffectEvents.AddRange(worked.EffectEvents);
        }
        if (worked.Approval is { } approval)
        {
            entry.NewApprovals.Add(approval);
            journal.Approvals[approval.Id] = approval;
        }
    }

    private void AddWaits(Run run, JournalEntry entry, Worked worked, RunStep step)
    {
        if (worked.Wait is { } wait)
            entry.NewWaits.Add(wait);
        if (worked.Gone)
            entry.GoneWaits.Add(Pauses.Listening(run, step.Id));
        if (worked.Child is { } child)
            entry.NewRuns.Add(child);
        if (!worked.GivesUp)
            return;
        entry.GivenUp.Add(step.Id);
        entry.GivenUpAt = clock.GetUtcNow();
    }

    private void End(Run run, RunStatus status)
    {
        run.Status = status;
        run.CompletedAt = clock.GetUtcNow();
        run.DurationMs = (int)Math.Min((run.CompletedAt.Value - run.StartedAt).TotalMilliseconds, int.MaxValue);
    }

    /// <param name="only">The one step that is given up; null for all of the run.</param>
    private void Drop(RunJournal journal, JournalEntry entry, string why, RunStep? only = null)
    {
        var approvals = journal.Approvals.Values.Where(a => DropProposals.IsOpen(a) && (only is null || a.Id == only.ApprovalId)).ToList();
        var effects = journal.Effects.Values.Where(e => DropProposals.HasNotBegun(e) && (only is null || e.Id == only.EffectId)).ToList();
        entry.EffectEvents.AddRange(DropProposals.Of(effects, approvals, Mover.Desk, "BizQ", why, ids, clock.GetUtcNow()));
        Forget(journal, entry, only);
        entry.ChangedApprovals.AddRange(approvals.Except(entry.NewApprovals).Except(entry.ChangedApprovals));
        entry.ChangedEffects.AddRange(effects.Except(entry.NewEffects).Except(entry.ChangedEffects));
    }

    /// <summary>What is given up listens to nothing any more.</summary>
    private static void Forget(RunJournal journal, JournalEntry entry, RunStep? only)
    {
        var begun = entry.NewWaits.RemoveAll(w => only is null || w.StepId == only.Id) > 0 ? entry.NewSteps.Select(s => s.Id).ToHashSet() : [];
        entry.GoneWaits.AddRange((only is null ? journal.Steps : [only])
            .Where(s => s is { WaitsFor: StepWait.Event, Output: null } && (s == only || s.Status == StepStatus.Waiting) && !begun.Contains(s.Id))
            .Select(s => Pauses.Listening(journal.Run, s.Id)));
    }
}
