using System.Text.Json;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Context;

/// <summary><c>Mapping</c>: the file is here and waits for its person to say what its columns are. <c>Undoing</c>, <c>Undone</c>: what it added is being taken out again, or has been.</summary>
public enum ImportState { Mapping, Queued, Running, Done, Failed, Cancelled, Undoing, Undone }

/// <summary>
/// One file of rows on its way to becoming entities: the file itself lies in the archive, and this row is the queue, the progress and,
/// afterwards, the record of who brought what in.
/// </summary>
public sealed class EntityImport : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required string FileName { get; init; }
    public required string ContentHash { get; init; }
    public required long Size { get; init; }
    public required ImportFormat Format { get; init; }
    public ImportState State { get; set; }
    /// <summary>What rows become; null while nobody has said.</summary>
    public string? Type { get; set; }
    /// <summary>An <see cref="ImportMapping"/>; an empty object while nobody has said.</summary>
    public JsonElement Mapping { get; set; } = Json.EmptyObject;
    public required int Rows { get; set; }
    /// <summary>Rows that are dealt with: what a process that takes over skips.</summary>
    public int Done { get; set; }
    public int Added { get; set; }
    public int Changed { get; set; }
    public int Unchanged { get; set; }
    public int Skipped { get; set; }
    public int Failed { get; set; }
    /// <summary>Entities it had added and that were taken out again.</summary>
    public int Removed { get; set; }
    /// <summary>Why it failed as a whole.</summary>
    public string? Problem { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }
    public required ActorKind ByKind { get; init; }
    public Guid? ById { get; init; }
    public required string ByName { get; init; }
    public string? IdempotencyKey { get; init; }
    /// <summary>Until then a process is taken to be at work on it.</summary>
    public DateTimeOffset? WorkUntil { get; set; }
    /// <summary>How often a process took it up since it last got further.</summary>
    public int Attempts { get; set; }
    /// <summary>Counts the changes; it fences out a process that was taken for dead.</summary>
    public int Version { get; set; } = 1;

    public bool Ended => State is ImportState.Done or ImportState.Failed or ImportState.Cancelled or ImportState.Undone;

    /// <summary>Taking out what it added leaves nothing half undone only when it changed nothing that was there before.</summary>
    public bool CanBeUndone => State is (ImportState.Done or ImportState.Failed or ImportState.Cancelled) && Added > 0 && Changed == 0;

    /// <summary>Who works on it in the background: on behalf of the one who started it, with no more rights than the work takes.</summary>
    internal Actor Actor => new(WorkspaceId, ByKind, ById, ByName, new HashSet<Permission> { Permission.View, Permission.EditContext });
}

/// <summary>A row that could not be taken in, and why.</summary>
public sealed class ImportProblem : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required Guid ImportId { get; init; }
    /// <summary>As the file's own program counts it, from 1.</summary>
    public required int Row { get; init; }
    /// <summary>Null where the row as a whole is wrong.</summary>
    public string? Column { get; init; }
    public string? Value { get; init; }
    public required string Message { get; init; }
}
