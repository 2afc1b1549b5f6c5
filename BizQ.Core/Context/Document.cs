using BizQ.Core.Workspaces;

namespace BizQ.Core.Context;

/// <summary>Something written that the business gave us. Its bytes are in the archive under <see cref="ContentHash"/>.</summary>
public sealed class Document : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required string Title { get; set; }
    public required string FileName { get; init; }
    public required string MediaType { get; init; }
    /// <summary>Lower-case hex SHA-256 of the original bytes; unique in the workspace, so the same content is kept once.</summary>
    public required string ContentHash { get; init; }
    /// <summary>Size of the original in bytes.</summary>
    public required long Size { get; init; }
    public int PassageCount { get; set; }
    /// <summary>Null where the format has no pages.</summary>
    public int? PageCount { get; init; }
    /// <summary>What was guessed or left out when it was read, in sentences.</summary>
    public string? Note { get; init; }
    public required SourceKind Source { get; init; }
    public required string SourceName { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>Taken out of search and lists; its passages stay, because runs cite them, and it can be restored.</summary>
    public DateTimeOffset? RemovedAt { get; set; }
    public int Version { get; set; } = 1;
}

/// <summary>A stretch of a document that can be found and cited.</summary>
public sealed class Passage : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required Guid DocumentId { get; init; }
    public required int Ordinal { get; init; }
    public string? Heading { get; init; }
    /// <summary>From 1; null where the format has no pages.</summary>
    public int? PageNumber { get; init; }
    /// <summary>Offsets in characters into the document's extracted text.</summary>
    public required int Start { get; init; }
    public required int End { get; init; }
    public required string Text { get; init; }
}
