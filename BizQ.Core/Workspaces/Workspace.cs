using System.Text.Json;

namespace BizQ.Core.Workspaces;

/// <summary>A row that belongs to a workspace. Queries see only their own; writing another's throws.</summary>
public interface IInWorkspace
{
    Guid WorkspaceId { get; }
}

/// <summary>A tenant.</summary>
public sealed class Workspace
{
    public required Guid Id { get; init; }
    public required string Name { get; set; }
    public required string Slug { get; init; }
    public string Plan { get; set; } = "standard";
    /// <summary>The address mail to this business arrives at and answers are sent from.</summary>
    public string? MailAddress { get; set; }
    public string TimeZone { get; set; } = "UTC";
    public JsonElement Settings { get; set; } = Json.EmptyObject;
    public required DateTimeOffset CreatedAt { get; init; }
    public int Version { get; set; }
}

/// <summary>A person's role in a workspace.</summary>
public sealed class Membership : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required Guid PersonId { get; init; }
    public required Role Role { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
}
