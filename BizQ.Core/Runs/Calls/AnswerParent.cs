using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Runs;

/// <summary>
/// A run that ends tells the run that waits for it: in the transaction that ends it, its output or error is written into the
/// waiting step. Nothing of the calling run is read first, so however many of its children end at once, none has to try again.
/// </summary>
public static class AnswerParent
{
    private static readonly RunStatus[] Resting = [RunStatus.WaitingForApproval, RunStatus.WaitingForTime, RunStatus.WaitingForEvent];

    private static readonly RunStatus[] Ended = [RunStatus.Succeeded, RunStatus.Failed, RunStatus.Cancelled];

    /// <summary>Whether somebody may be waiting for the end this run has come to.</summary>
    public static bool Owes(Run run) => run is { Ended: true, ParentRunId: not null, ParentStepId: not null };

    /// <summary>Writes the answer; the caller commits it together with the run's end, and then wakes <see cref="Run.ParentRunId"/>.</summary>
    public static async Task In(BizQDb db, Run child, CancellationToken cancel)
    {
        var (parent, step) = (child.ParentRunId!.Value, child.ParentStepId!.Value);
        await ChargeCallers.Of(db, child, cancel);
        // A step that has given up on this run and called anew waits for that call and not for this one.
        var attempt = ChildRun.AttemptOf(child);
        var waiting = All(db.RunSteps).Where(s => s.Id == step && s.RunId == parent && s.Status == StepStatus.Waiting && s.WaitsFor == StepWait.Run
            && s.Output == null && s.Error == null && (attempt == null || s.Attempt == attempt));
        // The fence first: a commit of the calling run that is under way has either been, or must read this one.
        var open = await All(db.Runs)
            .Where(r => r.Id == parent && r.WorkspaceId == child.WorkspaceId && !Ended.Contains(r.Status) && waiting.Any())
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(r => r.Version, r => r.Version + 1)
                    .SetProperty(r => r.Tainted, r => r.Tainted || child.Tainted)
                    .SetProperty(r => r.Status, r => Resting.Contains(r.Status) ? RunStatus.Running : r.Status),
                cancel);
        if (open == 0)
            return;
        JsonElement? output = child.Status == RunStatus.Succeeded ? Json.Element(new { @case = "done", runId = child.Id, result = child.Output }) : null;
        JsonElement? error = child.Status == RunStatus.Succeeded ? null : ErrorOf(child);
        await waiting.ExecuteUpdateAsync(set => set.SetProperty(s => s.Output, output).SetProperty(s => s.Error, error).SetProperty(s => s.WakeAt, (DateTimeOffset?)null), cancel);
        db.Tell(new Change(child.WorkspaceId, "runs", parent));
    }

    private static JsonElement ErrorOf(Run child)
    {
        var cancelled = child.Status == RunStatus.Cancelled;
        return Json.Element(new
        {
            code = cancelled ? "agentCancelled" : "agentFailed",
            message = $"{child.AgentName}, which was called here, {(cancelled ? "was cancelled" : "failed")}. {Text(child.Error, "message")}".TrimEnd(),
            cause = Text(child.Error, "code"),
            runId = child.Id,
        });
    }

    private static string? Text(JsonElement? error, string name) =>
        error is { ValueKind: JsonValueKind.Object } known && known.TryGetProperty(name, out var text) ? text.ToString() : null;

    private static IQueryable<T> All<T>(IQueryable<T> rows) where T : class => rows.IgnoreQueryFilters([BizQDb.WorkspaceFilter]);
}
