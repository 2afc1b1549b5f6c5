using System.Text.Json;

namespace BizQ.Core.Agents;

/// <summary>
/// A model that may use tools works in turns, and its turns and the calls it asks for are steps under the model's own: in the
/// round <c>NODE/0</c> its first turn and what that calls for, in <c>NODE/1</c> the second. Their ids hold a dot, which no node's id can.
/// </summary>
public static class ToolLoop
{
    /// <summary>The kind of node that may have one.</summary>
    public const string Kind = "model";

    /// <summary>The tool that looks things up; all others are operations.</summary>
    public const string LookUp = "context";

    /// <summary>The step in which the model is asked.</summary>
    public const string Turn = "model.turn";

    public const int UsualTurns = 10;
    public const int MostTurns = 50;
    public const int UsualCalls = 8;
    public const int MostCalls = 20;

    /// <summary>The step of the n-th call of a turn, from 0.</summary>
    public static string Call(int index) => $"model.call{index + 1}";

    /// <summary>Whether a step is a turn or call of a model rather than a node's own.</summary>
    public static bool IsInner(string nodeId) => nodeId.Contains('.', StringComparison.Ordinal);

    public static bool Has(NodeDefinition node) => node.Kind == Kind && ToolsOf(node.Settings).Count > 0;

    public static IReadOnlyList<string> ToolsOf(JsonElement? settings) =>
        settings is { ValueKind: JsonValueKind.Object } given && given.TryGetProperty("tools", out var tools) && tools.ValueKind == JsonValueKind.Array
            ? [.. tools.EnumerateArray().Where(t => t.ValueKind == JsonValueKind.String).Select(t => t.GetString()!).Distinct(StringComparer.Ordinal)]
            : [];
}
