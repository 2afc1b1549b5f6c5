using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Data.Rows;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using BizQ.Core.Triggers;

namespace BizQ.Agents.Runtime.Journal;

/// <summary>
/// What one commit writes for one run: always the run itself, because its version is the fence, and whatever came of its
/// steps. The rows stay the caller's; after a refusal their versions are as before.
/// </summary>
public sealed record JournalEntry(Run Run)
{
    private static readonly string[] OfRun =
        [nameof(Run.Status), nameof(Run.Output), nameof(Run.Error), nameof(Run.Tainted), nameof(Run.CostUsd), nameof(Run.WakeAt), nameof(Run.CompletedAt), nameof(Run.DurationMs)];

    private static readonly string[] OfApproval = [nameof(Approval.State), nameof(Approval.DecidedAt), nameof(Approval.Reason)];

    public List<RunStep> NewSteps { get; } = [];
    public List<RunStep> ChangedSteps { get; } = [];
    public List<Effect> NewEffects { get; } = [];
    public List<Effect> ChangedEffects { get; } = [];
    public List<EffectEvent> EffectEvents { get; } = [];
    public List<Approval> NewApprovals { get; } = [];
    public List<Approval> ChangedApprovals { get; } = [];
    public List<RunWait> NewWaits { get; } = [];
    public List<RunWait> GoneWaits { get; } = [];
    /// <summary>Runs of other agents that steps of this one start.</summary>
    public List<Run> NewRuns { get; } = [];
    /// <summary>Steps that do not wait any longer for the runs they have called.</summary>
    public List<Guid> GivenUp { get; } = [];
    /// <summary>When they gave up; only with <see cref="GivenUp"/>.</summary>
    public DateTimeOffset GivenUpAt { get; set; }
    /// <summary>Once committed: those runs, and all below them.</summary>
    public IReadOnlyList<Guid> AskedToStop { get; private set; } = [];
    /// <summary>What other agents may be waiting for.</summary>
    public List<InternalEvent> Events { get; } = [];

    /// <summary>Nothing has come of any step: the run stands as it stood.</summary>
    public bool IsEmpty => NewSteps.Count + ChangedSteps.Count == 0;

    /// <param name="run">The run as its row is written.</param>
    internal async ValueTask<RowSet> ToRows(Run run, RunPayloads payloads)
    {
        var rows = RowSet.Changing(run, Run.Id, OfRun)
            .Insert(await payloads.Rows(NewSteps))
            .Insert(NewEffects)
            .Insert(EffectEvents)
            .Insert(NewApprovals)
            .Insert(NewWaits)
            .Insert(await payloads.Rows(NewRuns))
            .Insert(Events)
            .Update(await payloads.Rows(ChangedSteps))
            .Update(ChangedEffects)
            .Update(ChangedApprovals, OfApproval)
            .Delete(GoneWaits);
        var answer = AnswerParent.Owes(Run) ? await Stored(AnswerParent.Of(Run), payloads) : null;
        return answer is not null || GivenUp.Count > 0 ? rows.Then(db => ForOthers(db, answer)) : rows;
    }

    /// <summary>Before the transaction: an archive in the same database could not write beside it.</summary>
    private async ValueTask<CallAnswer> Stored(CallAnswer answer, RunPayloads payloads) =>
        answer with { Output = await payloads.Stored(Run.WorkspaceId, answer.Output, CancellationToken.None) };

    /// <summary>In the same transaction a run that ends here answers the one that called it, and runs that are given up are asked to stop.</summary>
    private async Task ForOthers(BizQDb db, CallAnswer? answer)
    {
        if (answer is not null)
            await AnswerParent.In(db, Run, answer, CancellationToken.None);
        if (GivenUp.Count > 0)
            AskedToStop = await StopChildren.OfSteps(db, Run, GivenUp, GivenUpAt, CancellationToken.None);
    }
}
