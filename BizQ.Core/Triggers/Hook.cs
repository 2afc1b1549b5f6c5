using BizQ.Core.Agents;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Triggers;

/// <summary>The address of one webhook trigger and what shows that a sender may use it (table <c>hooks</c>). Without a row the trigger takes nothing.</summary>
public sealed class Hook : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required Guid AgentId { get; init; }
    public required string TriggerId { get; init; }
    /// <summary>What it was made for; when the definition asks for the other one, it takes nothing until a new secret is made.</summary>
    public required HookAuth Auth { get; set; }
    /// <summary>Lower-case hex SHA-256 of the last part of its address: what is looked up.</summary>
    public required string PathHash { get; set; }
    /// <summary>The last part of its address where that is no secret; null where it is.</summary>
    public string? Path { get; set; }
    /// <summary>The key of its signatures, sealed; null where the address is the secret.</summary>
    public string? SealedKey { get; set; }
    public required string MadeByName { get; set; }
    public required DateTimeOffset MadeAt { get; set; }
    public int Version { get; set; } = 1;
}

/// <summary>A signature that was used (table <c>hook_signatures</c>), kept while it could be replayed.</summary>
public sealed class HookSignature : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required Guid HookId { get; init; }
    public required string Signature { get; init; }
    /// <summary>The idempotency key of the run it was for: the same request again is answered, with another key it is refused.</summary>
    public required string RunKey { get; init; }
    public required DateTimeOffset SeenAt { get; init; }
}
