using System.Text.Json;

namespace BizQ.Core.Workspaces;

/// <summary>A key for a machine: shown once when it is made, kept only as a SHA-256 hash.</summary>
public sealed class ApiKey : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required string Name { get; init; }
    /// <summary>The first characters, for people to tell keys apart.</summary>
    public required string Prefix { get; init; }
    /// <summary>Lower-case hex SHA-256 of the whole key.</summary>
    public required string Hash { get; init; }
    /// <summary>A JSON array of <see cref="Permission"/> names.</summary>
    public required JsonElement Scopes { get; init; }
    public required Guid CreatedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? LastUsedAt { get; set; }
    public DateTimeOffset? RevokedAt { get; set; }
}
