using System.Text.Json;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Runs;

/// <summary>WaitingForEvent: for a named event or for a run it has started.</summary>
public enum RunStatus { Queued, Running, WaitingForApproval, WaitingForTime, WaitingForEvent, Succeeded, Failed, Cancelled, Parked }

/// <summary>One execution of an agent's version (table <c>task_executions</c>).</summary>
public sealed class Run : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required Guid AgentId { get; init; }
    /// <summary>The version it is pinned to; only a person who tries it again can move it to another.</summary>
    public required Guid AgentVersionId { get; set; }
    public required string AgentName { get; init; }
    /// <summary>What kind of trigger started it: manual, api, mail, schedule, webhook, event, queue.</summary>
    public required string TaskType { get; init; }
    /// <summary>Which of the agent's triggers; null for a run by hand or over the API.</summary>
    public string? TriggerId { get; init; }
    /// <summary>One line that tells people which run this is.</summary>
    public required string Title { get; init; }
    /// <summary>Unique in the workspace: the same trigger twice makes one run.</summary>
    public required string IdempotencyKey { get; init; }
    /// <summary>Whole in memory; in a row possibly a reference into the archive (<see cref="RunPayloads"/>). The same holds for the output, and for steps.</summary>
    public required JsonElement Input { get; set; }
    public JsonElement? Output { get; set; }
    public required RunStatus Status { get; set; }
    /// <summary>True once it has read text from outside; then every write effect asks a person unless a policy says otherwise.</summary>
    public bool Tainted { get; set; }
    public JsonElement? Error { get; set; }
    /// <summary>What models have cost in it, and in the runs it has called as they ended.</summary>
    public decimal CostUsd { get; set; }
    /// <summary>How much of that the run which called it has been charged; only that transaction writes it.</summary>
    public decimal ChargedUsd { get; set; }
    public required DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? CompletedAt { get; set; }
    public int? DurationMs { get; set; }
    public required string StartedByName { get; init; }
    /// <summary>The person or API key that started it by hand or over the API; null for mail and schedules. Nobody approves their own work.</summary>
    public Guid? StartedBy { get; init; }
    public Guid? MailId { get; init; }
    /// <summary>The run whose agent node called this one, and that node's step; null for a run that stands by itself.</summary>
    public Guid? ParentRunId { get; init; }
    public Guid? ParentStepId { get; init; }
    /// <summary>Calls between agents that led here; 0 when none did.</summary>
    public int Depth { get; init; }
    /// <summary>Runs that led here by calls, events or webhooks, so that a circle of them comes to an end.</summary>
    public int Hops { get; init; }
    /// <summary>The run this one repeats: with edited input, on another version, or as a rehearsal.</summary>
    public Guid? RepeatOf { get; init; }
    /// <summary>Everything is recorded and judged, nothing leaves.</summary>
    public bool Rehearsal { get; init; }
    /// <summary>Somebody asked it to stop: what is busy may finish, nothing new starts.</summary>
    public DateTimeOffset? CancelRequestedAt { get; set; }
    /// <summary>The earliest moment one of its steps waits for; null when none waits for time.</summary>
    public DateTimeOffset? WakeAt { get; set; }
    /// <summary>The fence: whoever writes must have read this version; a stale writer is refused.</summary>
    public int Version { get; set; } = 1;

    /// <summary>Another row object of the same content: one to answer with, one to be driven.</summary>
    public Run Copy() => (Run)MemberwiseClone();

    public bool Ended => Status is RunStatus.Succeeded or RunStatus.Failed or RunStatus.Cancelled;
}
