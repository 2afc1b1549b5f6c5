using System.Text.Json;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Agents;

public enum AgentStatus { Active, Paused, Retired }

/// <summary>A named automation. What it does is in its versions; <see cref="CurrentVersionId"/> is the one that runs.</summary>
public sealed class Agent : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required string Name { get; set; }
    public required string Purpose { get; set; }
    /// <summary>A word for its kind of work, such as customer_service; free text.</summary>
    public string Type { get; set; } = "custom";
    public AgentStatus Status { get; set; } = AgentStatus.Active;
    public Guid? CurrentVersionId { get; set; }
    public int CurrentVersionNumber { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; set; }
    /// <summary>Concurrency token and ETag.</summary>
    public int Version { get; set; } = 1;
}

/// <summary>An immutable definition of an agent.</summary>
public sealed class AgentVersion : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required Guid AgentId { get; init; }
    /// <summary>From 1, without gaps.</summary>
    public required int Number { get; init; }
    /// <summary>The whole <see cref="AgentDefinition"/> as it was saved.</summary>
    public required JsonElement Definition { get; init; }
    public required string Hash { get; init; }
    public string? Note { get; init; }
    public required string CreatedByName { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}
