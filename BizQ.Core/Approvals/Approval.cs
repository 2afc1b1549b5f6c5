using System.Text.Json;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Approvals;

public enum ApprovalState { Open, Approved, Rejected, Expired }

/// <summary>Effect: may this be done? Step: is this output right? Uncertain: was this done before the crash? Failure: try again, go on, or stop?</summary>
public enum ApprovalKind { Effect, Step, Uncertain, Failure }

/// <summary>A request for a person's decision.</summary>
public sealed class Approval : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required ApprovalKind Kind { get; init; }
    public required Guid RunId { get; init; }
    public required Guid AgentId { get; init; }
    public required string AgentName { get; init; }
    public required string NodeId { get; init; }
    public Guid? EffectId { get; init; }
    public required string Title { get; init; }
    /// <summary>Why a person is asked, in one sentence.</summary>
    public required string Why { get; init; }
    /// <summary>The effect's hash that is shown; a decision that names another is refused.</summary>
    public string? Hash { get; init; }
    /// <summary>For a step: what is shown.</summary>
    public JsonElement? Shown { get; init; }
    public ApprovalState State { get; set; } = ApprovalState.Open;
    public required DateTimeOffset RequestedAt { get; init; }
    public DateTimeOffset? DecidedAt { get; set; }
    public Guid? DecidedBy { get; set; }
    public string? DecidedByName { get; set; }
    public string? Reason { get; set; }
    public bool Edited { get; set; }
    public int Version { get; set; } = 1;
}
