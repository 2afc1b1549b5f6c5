using BizQ.Core.Workspaces;

namespace BizQ.Core.Context;

/// <summary>
/// How one entity stands to another: order → placedBy → customer. A dated, sourced statement like a fact; one that no longer holds
/// has ended and stays.
/// </summary>
public sealed class Relation : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required Guid FromId { get; init; }
    /// <summary>Lower camel case, read from <see cref="FromId"/> to <see cref="ToId"/>: placedBy, suppliedBy, partOf, …</summary>
    public required string Kind { get; init; }
    public required Guid ToId { get; init; }
    /// <summary>The field of the data it was read from, and which keeps it up to date; null when it was said as such.</summary>
    public string? Field { get; init; }
    public required SourceKind Source { get; init; }
    public required string SourceName { get; init; }
    public Guid? SourceId { get; init; }
    public Guid? PassageId { get; init; }
    public int? PageNumber { get; init; }
    public required DateTimeOffset ObservedAt { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
    public DateTimeOffset? ValidFrom { get; init; }
    public DateTimeOffset? ValidTo { get; init; }
    /// <summary>0 to 1.</summary>
    public double Confidence { get; init; } = 1;
    /// <summary>Since when BizQ no longer takes it to hold.</summary>
    public DateTimeOffset? EndedAt { get; private set; }
    public string? EndedByName { get; private set; }
    /// <summary>The same relation said anew, which took this one's place.</summary>
    public Guid? SupersededBy { get; private set; }

    public void End(DateTimeOffset at, string byName, Relation? newer = null) => (EndedAt, EndedByName, SupersededBy) = (at, byName, newer?.Id);
}

/// <summary>A key in an entity's data that names an entity nobody has told of yet. When it comes, a relation takes this one's place.</summary>
public sealed class OpenReference : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required Guid EntityId { get; init; }
    public required string Field { get; init; }
    public required string Kind { get; init; }
    public required string TargetType { get; init; }
    /// <summary>The field of the other entity that holds the key; empty for its own key.</summary>
    public required string TargetField { get; init; }
    /// <summary>As keys are compared.</summary>
    public required string TargetKey { get; init; }
    public required SourceKind Source { get; init; }
    public required string SourceName { get; init; }
    public required DateTimeOffset ObservedAt { get; init; }
}
