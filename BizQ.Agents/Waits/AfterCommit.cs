using BizQ.Agents.Runtime.Journal;
using BizQ.Core.Data;
using BizQ.Core.Runs;

namespace BizQ.Agents.Waits;

/// <summary>
/// What a commit of one run means to others: the runs it has started begin, the one that waits for its end goes on, those that
/// it was waiting for stop. All of it can be told from rows, so what is lost with the process is found by a sweep.
/// </summary>
public sealed class AfterCommit(BizQDatabase database, HearEvents hear, CancelRun cancelRun, IWakeRuns wake, Moments moments)
{
    public async Task Of(JournalEntry entry)
    {
        if (entry.Run.WakeAt is { } at)
            moments.Expect(at);
        foreach (var started in entry.NewRuns)
            await wake.Wake(started.Id);
        foreach (var wait in entry.NewWaits)
            await hear.Earlier(wait, CancellationToken.None);
        foreach (var asked in entry.AskedToStop)
            await wake.Wake(asked);
        if (AnswerParent.Owes(entry.Run))
            await wake.Wake(entry.Run.ParentRunId!.Value);
        if (entry.Run.Status is RunStatus.Failed or RunStatus.Cancelled || entry.ChangedSteps.Exists(IsGivenUp))
            await StopChildren.Of(database, cancelRun, entry.Run, CancellationToken.None);
    }

    /// <summary>A loop went on without what its round had called.</summary>
    private static bool IsGivenUp(RunStep step) => step is { WaitsFor: StepWait.Run, Status: not (StepStatus.Waiting or StepStatus.Succeeded) };
}
