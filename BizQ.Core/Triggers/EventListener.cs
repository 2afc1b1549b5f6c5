using BizQ.Core.Workspaces;

namespace BizQ.Core.Triggers;

/// <summary>
/// An event that the current version of an agent waits for (table <c>event_listeners</c>), kept beside the definition so that
/// whoever changes something finds out by one index whether to tell of it.
/// </summary>
public sealed class EventListener : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required Guid AgentId { get; init; }
    public required string TriggerId { get; init; }
    /// <summary>One of <see cref="EventNames"/>.</summary>
    public required string Event { get; init; }
    /// <summary>For entity.changed the type it is narrowed to; empty for all.</summary>
    public required string Type { get; init; }
    /// <summary>Why it did not start for the last event it should have, for the agent's page; null when it did.</summary>
    public string? Problem { get; set; }
    public DateTimeOffset? ProblemAt { get; set; }
}
