using System.Text.Json;
using BizQ.Core.Agents;
using BizQ.Core.Context;
using NJsonSchema;

namespace BizQ.Core.Validation;

/// <summary>All a check may know about one proposed effect, gathered beforehand.</summary>
public sealed record CheckInput
{
    public required OperationDescription Operation { get; init; }
    public required JsonElement Arguments { get; init; }
    public required Aim Aim { get; init; }
    public required AgentDefinition Agent { get; init; }
    public required string BusinessName { get; init; }
    public string? BusinessAddress { get; init; }
    /// <summary>The run has read text from outside.</summary>
    public required bool Tainted { get; init; }
    public required CameIn CameIn { get; init; }
    /// <summary>What the run relied on, what came in (kind "input") and the agent's own wording (kind "wording").</summary>
    public required IReadOnlyList<Evidence> Evidence { get; init; }
    /// <summary>Entities the recipient or the words of the draft name, whoever they belong to.</summary>
    public IReadOnlyList<Entity> Named { get; init; } = [];
    /// <summary>The entity types of the agent's needs that the workspace has anything of.</summary>
    public IReadOnlySet<string> TypesAtHand { get; init; } = new HashSet<string>();
    public JsonSchema? Schema { get; init; }
    public required DateTimeOffset Now { get; init; }

    /// <summary>What would be said to somebody; null for operations that say nothing.</summary>
    public OutgoingMessage? Message => OutgoingMessage.Of(Arguments);

    public DateOnly Today => DateOnly.FromDateTime(Now.UtcDateTime);
}

/// <summary>A message in an operation's arguments: "to", and one of "text", "body" or "message".</summary>
public sealed record OutgoingMessage(string To, string? Subject, string Text)
{
    private static readonly string[] Bodies = ["text", "body", "message"];

    /// <summary>The argument that holds the words, so that an edit can change just them.</summary>
    public static string? BodyName(JsonElement arguments) => arguments.ValueKind == JsonValueKind.Object
        ? Bodies.FirstOrDefault(name => arguments.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String)
        : null;

    public static OutgoingMessage? Of(JsonElement arguments) =>
        BodyName(arguments) is { } body && TextOf(arguments, "to") is { } to
            ? new OutgoingMessage(to, TextOf(arguments, "subject"), TextOf(arguments, body)!)
            : null;

    /// <summary>The addresses, as somebody who separates them by comma or semicolon means them.</summary>
    public IReadOnlyList<string> Recipients => [.. To.Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    private static string? TextOf(JsonElement arguments, string name) =>
        arguments.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
