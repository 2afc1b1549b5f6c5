using System.Text.Json;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Context;

/// <summary>
/// How a conflict stands. <c>Kept</c>: what was believed stays. <c>Replaced</c>: the other source was right. <c>Dated</c>: both are, each
/// in its time. <c>Merged</c>: somebody said how it really is. <c>Overtaken</c>: it is known anew from a person, whatever either said.
/// </summary>
public enum ConflictState { Open, Kept, Replaced, Dated, Merged, Overtaken }

/// <summary>
/// Another source says of the same field what cannot hold beside what is believed (table <c>context_conflicts</c>). What it says
/// is a claim, not a fact, until a person decides; the claim is never changed.
/// </summary>
public sealed class Conflict : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required Guid EntityId { get; init; }
    public required string Field { get; init; }
    /// <summary>The fact that was believed when the claim came.</summary>
    public required Guid FactId { get; init; }
    public required JsonElement Claim { get; init; }
    /// <summary>The same claim of the same source again is the same conflict.</summary>
    public required string ClaimKey { get; init; }
    public required SourceKind Source { get; init; }
    public required string SourceName { get; init; }
    public Guid? SourceId { get; init; }
    public Guid? PassageId { get; init; }
    public int? PageNumber { get; init; }
    public required DateTimeOffset ObservedAt { get; init; }
    public double Confidence { get; init; } = 1;
    public required DateTimeOffset FoundAt { get; init; }
    public ConflictState State { get; set; }
    public Guid? ResolvedBy { get; set; }
    public string? ResolverName { get; set; }
    public DateTimeOffset? ResolvedAt { get; set; }
    /// <summary>Why it was decided so, in the resolver's words.</summary>
    public string? Reason { get; set; }
    /// <summary>Counts the changes; two people cannot both decide it.</summary>
    public int Version { get; set; } = 1;

    internal void Close(ConflictState state, Actor actor, DateTimeOffset now, string? reason = null) =>
        (State, ResolvedBy, ResolverName, ResolvedAt, Reason) = (state, actor.Id, actor.Name, now, reason);
}
