using System.Text.Json;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Context;

/// <summary>A type of entity that a workspace made, or its own reading of a built-in one, which then stands in its place.</summary>
public sealed class OwnEntityType : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    /// <summary>Lower-case, as entities name it; unique in the workspace.</summary>
    public required string Name { get; init; }
    /// <summary>An <see cref="EntityTypeDefinition"/>.</summary>
    public required JsonElement Definition { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; set; }
    public int Version { get; set; } = 1;
}
