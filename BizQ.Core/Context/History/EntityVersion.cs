using BizQ.Core.Workspaces;

namespace BizQ.Core.Context;

/// <summary>What happened to an entity in one of its versions.</summary>
public enum EntityStep { Added, Changed, Removed, Restored }

/// <summary>One version of an entity: who made it, when, on whose word. What it says is in its facts.</summary>
public sealed class EntityVersion : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required Guid EntityId { get; init; }
    /// <summary>The entity's version, from 1.</summary>
    public required int Number { get; init; }
    public required EntityStep Step { get; init; }
    public required string Name { get; init; }
    public string? Key { get; init; }
    public required DateTimeOffset At { get; init; }
    public required ActorKind ByKind { get; init; }
    public Guid? ById { get; init; }
    public required string ByName { get; init; }
    /// <summary>Null for what is no statement: removing and restoring.</summary>
    public SourceKind? Source { get; init; }
    public string? SourceName { get; init; }
    /// <summary>The earlier version that this one brought back.</summary>
    public int? RestoredFrom { get; init; }

    /// <param name="number">The version the entity will be in when it is saved.</param>
    /// <param name="said">What was said; null for removing and restoring.</param>
    internal static EntityVersion Of(Entity entity, int number, EntityStep step, Actor actor, WriteEntityRequest? said, Guid id, DateTimeOffset now) => new()
    {
        Id = id,
        WorkspaceId = entity.WorkspaceId,
        EntityId = entity.Id,
        Number = number,
        Step = step,
        Name = entity.Name,
        Key = entity.Key,
        At = now,
        ByKind = actor.Kind,
        ById = actor.Id,
        ByName = actor.Name,
        Source = said?.Source,
        SourceName = said?.SourceName,
        RestoredFrom = said?.RestoredFrom,
    };
}
