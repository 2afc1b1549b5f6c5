using System.Text.Json;

namespace BizQ.Core.Context;

/// <summary>
/// Something a run relied on: what it said, where it came from and when it was seen. Kept with the step that read it, shown
/// beside the draft, and looked at again just before the effect runs.
/// </summary>
/// <param name="Kind">"entity", "passage", "input" (what came in: true as a statement of the sender, not as a fact) or "wording" (what the agent's builders wrote into it).</param>
/// <param name="Version">The entity's or document's version when it was read; the recheck compares it.</param>
/// <param name="Text">What it says, as text a check can look figures and dates up in.</param>
public sealed record Evidence(
    string Kind,
    Guid? Id,
    string Type,
    string Title,
    string Source,
    DateTimeOffset ObservedAt,
    int Version,
    string Text,
    JsonElement? Data = null,
    Guid? OwnerId = null)
{
    /// <summary>What was doubtful about it when it was read; null for nothing.</summary>
    public IReadOnlyList<Doubt>? Doubts { get; init; }
}

/// <summary>A field of an entity that was relied on although it had not been confirmed for too long, or another source contradicts it.</summary>
public sealed record Doubt(string Field, NeedState State)
{
    public string Says => State == NeedState.Disputed
        ? $"{EntityText.Words(Field)} is contradicted by another source."
        : $"{EntityText.Words(Field)} had not been confirmed for too long.";
}
