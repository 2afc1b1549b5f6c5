using System.Text.Json;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Runs;

/// <summary>
/// Something that happened and was told to BizQ under a name (table <c>named_events</c>), for the runs that wait for it. One that
/// nobody waited for yet is kept for a while: the first run that then begins to wait for it takes it.
/// </summary>
public sealed class NamedEvent : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    /// <summary>Such as "payment.received".</summary>
    public required string Name { get; init; }
    /// <summary>Whose it is, such as an order's number; empty when it is nobody's: then only those hear it who wait for anyone's.</summary>
    public required string Correlation { get; init; }
    /// <summary>The one run it was sent to; null for all of the workspace.</summary>
    public Guid? RunId { get; init; }
    public required JsonElement Payload { get; init; }
    /// <summary>Unique in the workspace: the same event twice is heard once.</summary>
    public required string IdempotencyKey { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }
    /// <summary>Until then its key is remembered and, unheard, it may still be taken; afterwards it is removed.</summary>
    public required DateTimeOffset KeepUntil { get; init; }
    /// <summary>How many waiting steps have heard it.</summary>
    public int Heard { get; set; }
}
