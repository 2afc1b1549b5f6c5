using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Context;
using BizQ.Core.Runs;

namespace BizQ.Tests.Databases;

/// <summary>Rows with just what they must have.</summary>
internal static class Rows
{
    public static Agent Agent(Ids ids, Guid workspaceId, string name = "Support desk", DateTimeOffset createdAt = default) => new()
    {
        Id = ids.New(),
        WorkspaceId = workspaceId,
        Name = name,
        Purpose = "Answers mail.",
        CreatedAt = createdAt,
        UpdatedAt = createdAt,
    };

    public static Entity Entity(Ids ids, Guid workspaceId, string data = "{}", string? key = null) => new()
    {
        Id = ids.New(),
        WorkspaceId = workspaceId,
        Type = "customer",
        Name = "Ana Lund",
        Key = key,
        Data = JsonElement.Parse(data),
        CreatedAt = default,
        UpdatedAt = default,
    };

    public static Run Run(Ids ids, Guid workspaceId, string idempotencyKey) => new()
    {
        Id = ids.New(),
        WorkspaceId = workspaceId,
        AgentId = ids.New(),
        AgentVersionId = ids.New(),
        AgentName = "Support desk",
        TaskType = "manual",
        Title = "A run",
        IdempotencyKey = idempotencyKey,
        Input = Json.EmptyObject,
        Status = RunStatus.Queued,
        StartedAt = default,
        StartedByName = "Ana",
    };
}
