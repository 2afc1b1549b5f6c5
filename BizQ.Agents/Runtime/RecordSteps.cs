using System.Text.Json;
using BizQ.Agents.Runtime.Flow;
using BizQ.Agents.Runtime.Journal;
using BizQ.Core;
using BizQ.Core.Effects;
using BizQ.Core.Runs;

namespace BizQ.Agents.Runtime;

/// <summary>Turns what came of nodes into rows: the steps, which edges they made live, and how the run stands now.</summary>
public sealed class RecordSteps(Expressions expressions, Ids ids, TimeProvider clock)
{
    /// <summary>Adds to the journal and to the entry that will be committed.</summary>
    internal void Add(LoadedRun loaded, Graph graph, JournalEntry entry, Worked worked)
    {
        var journal = loaded.Journal;
        // The journal may have been read anew since the work began: its own row is the one to change.
        var step = worked.Waited is { } waited ? journal.Steps.First(s => s.Id == waited.Id) : New(journal, worked);
        step.Status = worked.Status;
        step.Output = worked.Output ?? step.Output;
        step.Error = worked.Error;
        step.EffectId = worked.Effect?.Id ?? step.EffectId;
        step.ApprovalId = worked.Approval?.Id ?? step.ApprovalId;
        step.DurationMs = worked.Waited is null ? worked.DurationMs : (step.DurationMs ?? 0) + worked.DurationMs;
        step.CompletedAt = worked.Status == StepStatus.Waiting ? null : clock.GetUtcNow();
        if (worked.Waited is null)
            journal.Add(step);
        if (step.Status == StepStatus.Succeeded)
            Decide(loaded, graph, step);
        (worked.Waited is null ? entry.NewSteps : entry.ChangedSteps).Add(step);
        AddEffect(journal, entry, worked);
        journal.Run.Tainted |= worked.Taints;
        journal.Run.CostUsd += worked.Use?.CostUsd ?? 0;
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
                run.Output = end.Output;
                End(run, RunStatus.Succeeded);
                break;
            case Decision.Fail fail:
                run.Error = fail.Step.Error;
                End(run, RunStatus.Failed);
                Drop(journal, entry, "The run failed.");
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
        Id = ids.New(),
        WorkspaceId = journal.Run.WorkspaceId,
        RunId = journal.Run.Id,
        NodeId = worked.Due.Node.Id,
        Path = worked.Due.Path,
        Kind = worked.Due.Node.Kind,
        Title = worked.Due.Node.Title,
        Sequence = journal.NextSequence,
        Status = worked.Status,
        Input = worked.Input,
        Evidence = worked.Evidence is { Count: > 0 } evidence ? Json.Element(evidence) : null,
        Model = worked.Use?.Model,
        InputTokens = worked.Use?.InputTokens,
        OutputTokens = worked.Use?.OutputTokens,
        CostUsd = worked.Use?.CostUsd,
        Attempt = journal.Retries(worked.Due.Place) + 1,
        StartedAt = worked.StartedAt,
    };

    /// <summary>
    /// An edge is live when its case (if any) is the output's and its condition (if any) is true. After a person's no, only
    /// edges that ask for it count, so that nobody's "approval → send" sends what was rejected.
    /// </summary>
    private void Decide(LoadedRun loaded, Graph graph, RunStep step)
    {
        var live = new List<int>();
        JsonElement? scope = null;
        foreach (var index in graph.OutOf(step.NodeId))
        {
            var edge = graph.Definition.Edges[index];
            if (edge.Case is { Length: > 0 } wanted ? wanted != CaseOf(step) : edge.When is null && Interpreter.IsRejected(step))
                continue;
            if (edge.When is { Length: > 0 } when)
            {
                scope ??= RunScope.Of(loaded.Journal, step.Path, loaded.Workspace, clock.GetUtcNow());
                var holds = expressions.Holds(when, scope.Value);
                if (holds.Refusal is { } refusal)
                {
                    step.Status = StepStatus.Failed;
                    step.Error = Worked.ErrorOf(refusal.Code, $"The condition of the edge to '{edge.To}' could not be evaluated. {refusal.Message}");
                    return;
                }
                if (!holds.Value)
                    continue;
            }
            live.Add(index);
        }
        step.LiveEdges = Json.Element(live);
    }

    private static string? CaseOf(RunStep step) =>
        step.Output is { ValueKind: JsonValueKind.Object } output && output.TryGetProperty("case", out var found) ? found.ToString() : null;

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

    private void End(Run run, RunStatus status)
    {
        run.Status = status;
        run.CompletedAt = clock.GetUtcNow();
        run.DurationMs = (int)Math.Min((run.CompletedAt.Value - run.StartedAt).TotalMilliseconds, int.MaxValue);
    }

    private void Drop(RunJournal journal, JournalEntry entry, string why)
    {
        var approvals = journal.Approvals.Values.Where(DropProposals.IsOpen).ToList();
        var effects = journal.Effects.Values.Where(DropProposals.HasNotBegun).ToList();
        entry.EffectEvents.AddRange(DropProposals.Of(effects, approvals, Mover.Desk, "BizQ", why, ids, clock.GetUtcNow()));
        entry.ChangedApprovals.AddRange(approvals.Except(entry.NewApprovals));
        entry.ChangedEffects.AddRange(effects.Except(entry.NewEffects).Except(entry.ChangedEffects));
    }
}
