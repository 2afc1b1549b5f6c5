using BizQ.Core.Workspaces;

namespace BizQ.Core.Runs;

/// <summary>What somebody asked of a run.</summary>
public enum RunAsk { Cancel, CancelNow, Retry, RetryOnNewest, Rerun, Rehearse }

/// <summary>A line of a run's history (table <c>run_notes</c>): who asked what of it, and when. Written with the change, never changed.</summary>
public sealed class RunNote : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required Guid RunId { get; init; }
    public required RunAsk Asked { get; init; }
    /// <summary>The person or API key; null for BizQ itself.</summary>
    public Guid? By { get; init; }
    public required string ByName { get; init; }
    public required DateTimeOffset At { get; init; }
    /// <summary>The run that came of it, when a new one did.</summary>
    public Guid? NewRunId { get; init; }

    internal static RunNote Of(Guid runId, RunAsk asked, Actor actor, Ids ids, DateTimeOffset now, Guid? newRunId = null) => new()
    {
        Id = ids.New(),
        WorkspaceId = actor.WorkspaceId,
        RunId = runId,
        Asked = asked,
        By = actor.Id,
        ByName = actor.Name,
        At = now,
        NewRunId = newRunId,
    };
}
