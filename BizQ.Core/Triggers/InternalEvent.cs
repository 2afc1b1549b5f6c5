using System.Text.Json;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Triggers;

/// <summary>
/// Something that happened and that agents may be waiting for (table <c>internal_events</c>): written in the transaction of what
/// it tells of, and gone in the transaction that starts the runs, so that a crash loses none and repeats none.
/// </summary>
public sealed class InternalEvent : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    /// <summary>One of <see cref="EventNames"/>.</summary>
    public required string Name { get; init; }
    /// <summary>What listeners narrow it by: an entity's type, or an agent's id; empty for events without such a thing.</summary>
    public required string Subject { get; init; }
    /// <summary>What the run sees beside the event's name.</summary>
    public required JsonElement Data { get; init; }
    /// <summary>Runs that led here, so that agents that set off each other come to an end.</summary>
    public required int Hops { get; init; }
    public required DateTimeOffset At { get; init; }
}
