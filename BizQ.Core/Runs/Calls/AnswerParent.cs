using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Core.Data.Archiving;
using BizQ.Core.Monitoring;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Runs;

/// <summary>What a step is told of the run it has called: one of both.</summary>
public sealed record CallAnswer(JsonElement? Output, JsonElement? Error);

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

    /// <summary>What the calling step is told. An output that would be too large with the little that is put around it is an error.</summary>
    public static CallAnswer Of(Run child)
    {
        if (child.Status != RunStatus.Succeeded)
            return new CallAnswer(null, ErrorOf(child));
        var output = Json.Element(new { @case = "done", runId = child.Id, result = child.Output });
        return ArchivedJson.Bytes(output) <= Archive.MostBytes
            ? new CallAnswer(output, null)
            : new CallAnswer(null, Json.Element(new { code = "tooLarge", message = $"{child.AgentName}, which was called here, came to more than {Archive.MostBytes:N0} bytes. Let it come to the part that is needed.", runId = child.Id }));
    }

    /// <summary>Writes the answer; the caller commits it together with the run's end, and then wakes <see cref="Run.ParentRunId"/>.</summary>
    /// <param name="answer">As it may stand in a row.</param>
    public static async Task In(BizQDb db, Run child, CallAnswer answer, CancellationToken cancel)
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
        var (output, error) = answer;
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
