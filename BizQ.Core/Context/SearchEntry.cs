using BizQ.Core.Workspaces;
using NpgsqlTypes;

namespace BizQ.Core.Context;

public enum SearchKind { Entity, Passage }

/// <summary>
/// One row of full-text search, over entities and passages alike. SQLite mirrors it into an FTS5 table by triggers;
/// PostgreSQL keeps <see cref="Vector"/> as a generated column.
/// </summary>
public sealed class SearchEntry : IInWorkspace
{
    /// <summary>The id of the entity or passage.</summary>
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    /// <summary>Local to this database; what the FTS5 table is keyed by.</summary>
    public long Row { get; init; }
    public required SearchKind Kind { get; init; }
    /// <summary>The entity itself, or the document a passage is of.</summary>
    public required Guid OwnerId { get; init; }
    /// <summary>The entity's type; "document" for passages.</summary>
    public required string Type { get; init; }
    public required string Title { get; set; }
    public required string Text { get; set; }
    public required DateTimeOffset ObservedAt { get; set; }
    public NpgsqlTsVector? Vector { get; init; }
}
