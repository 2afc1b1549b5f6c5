using System.Text.Json;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Runs;

public enum RunStatus { Queued, Running, WaitingForApproval, WaitingForTime, Succeeded, Failed, Cancelled, Parked }

/// <summary>One execution of an agent's version (table <c>task_executions</c>).</summary>
public sealed class Run : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required Guid AgentId { get; init; }
    public required Guid AgentVersionId { get; init; }
    public required string AgentName { get; init; }
    /// <summary>What kind of trigger started it: manual, mail, schedule, api.</summary>
    public required string TaskType { get; init; }
    /// <summary>One line that tells people which run this is.</summary>
    public required string Title { get; init; }
    /// <summary>Unique in the workspace: the same trigger twice makes one run.</summary>
    public required string IdempotencyKey { get; init; }
    public required JsonElement Input { get; init; }
    public JsonElement? Output { get; set; }
    public required RunStatus Status { get; set; }
    /// <summary>True once it has read text from outside; then every write effect asks a person unless a policy says otherwise.</summary>
    public bool Tainted { get; set; }
    public JsonElement? Error { get; set; }
    public decimal CostUsd { get; set; }
    public required DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? CompletedAt { get; set; }
    public int? DurationMs { get; set; }
    public required string StartedByName { get; init; }
    /// <summary>The person or API key that started it by hand or over the API; null for mail and schedules. Nobody approves their own work.</summary>
    public Guid? StartedBy { get; init; }
    public Guid? MailId { get; init; }
    /// <summary>The fence: whoever writes must have read this version; a stale writer is refused.</summary>
    public int Version { get; set; } = 1;

    public bool Ended => Status is RunStatus.Succeeded or RunStatus.Failed or RunStatus.Cancelled;
}
