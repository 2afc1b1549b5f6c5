using System.Text.Json;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Effects;

/// <summary>Rehearsed: judged in a rehearsal, where everything ends before it leaves.</summary>
public enum EffectState { Proposed, Judged, Approved, Rechecked, Intended, Done, Failed, Uncertain, Undone, Rejected, Blocked, Rehearsed }

/// <summary>One proposed action on the world, and where it is in its life.</summary>
public sealed class Effect : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required Guid RunId { get; init; }
    public required Guid AgentId { get; init; }
    public required string NodeId { get; init; }
    /// <summary>The operation's full name, such as "mail.send".</summary>
    public required string Operation { get; init; }
    /// <summary>Canonical JSON (RFC 8785) of what will be done: exactly these bytes are hashed, shown, approved and run.</summary>
    public required string Arguments { get; set; }
    /// <summary>Lower-case hex SHA-256 over operation and arguments. An approval binds to it.</summary>
    public required string Hash { get; set; }
    /// <summary>What the agent proposed, once a person has edited it; null until then.</summary>
    public string? OriginalArguments { get; set; }
    public string? OriginalHash { get; set; }
    /// <summary>Whom or what it acts on, for people and for policies.</summary>
    public string? Target { get; set; }
    public decimal? Amount { get; set; }
    public string? Currency { get; set; }
    public required EffectState State { get; set; }
    public Validation.Verdict? Verdict { get; set; }
    /// <summary>A JSON array of <see cref="Validation.Finding"/>.</summary>
    public JsonElement? Findings { get; set; }
    /// <summary>A JSON array of <see cref="Context.Evidence"/> the proposal relies on; looked at again before it runs.</summary>
    public JsonElement? Evidence { get; set; }
    /// <summary>Given to the tool with every attempt; made once, with the effect.</summary>
    public required string IdempotencyKey { get; init; }
    public JsonElement? Result { get; set; }
    public string? Error { get; set; }
    public required DateTimeOffset ProposedAt { get; init; }
    public DateTimeOffset? IntendedAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }
    public int Version { get; set; } = 1;
}

/// <summary>One move in an effect's life. Written with the move, never changed.</summary>
public sealed class EffectEvent : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required Guid EffectId { get; init; }
    public EffectState? From { get; init; }
    public required EffectState To { get; init; }
    public required string Hash { get; init; }
    public required string ByName { get; init; }
    public string? Note { get; init; }
    public required DateTimeOffset At { get; init; }
}
