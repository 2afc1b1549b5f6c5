using BizQ.Core.Workspaces;

namespace BizQ.Core.Context;

/// <summary>Who may read a document: everyone in the workspace, or only those who are named (<see cref="DocumentReader"/>).</summary>
public enum DocumentAccess { Everyone, Named }

/// <summary>A word people sort documents by; agents may be allowed those with a certain one.</summary>
public sealed class DocumentTag : IInWorkspace
{
    public required Guid WorkspaceId { get; init; }
    public required Guid DocumentId { get; init; }
    public required string Tag { get; init; }
}

/// <summary>Somebody who may read a document that not everyone may.</summary>
public sealed class DocumentReader : IInWorkspace
{
    public required Guid WorkspaceId { get; init; }
    public required Guid DocumentId { get; init; }
    /// <summary>"role:builder", "person:" and the id, "agent:" and the id, or "key:" and the id.</summary>
    public required string Reader { get; init; }
}
