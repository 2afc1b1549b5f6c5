using BizQ.Core.Workspaces;

namespace BizQ.Core.Runs;

/// <summary>What a waiting step listens for (table <c>run_waits</c>): gone as soon as the step goes on.</summary>
public sealed class RunWait : IInWorkspace
{
    /// <summary>The id of the step: it listens for one thing.</summary>
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required Guid RunId { get; init; }
    public required Guid StepId { get; init; }
    /// <summary>The event's name, such as "payment.received".</summary>
    public required string Event { get; init; }
    /// <summary>Tells apart those who wait for the same event, such as an order's number; empty when anyone will do.</summary>
    public required string Correlation { get; init; }
}
