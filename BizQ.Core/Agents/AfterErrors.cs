using System.Text.Json;

namespace BizQ.Core.Agents;

/// <summary>How a node that failed is tried again: after <see cref="FirstSeconds"/>, each further pause <see cref="Factor"/> times as long.</summary>
public sealed record RetryDefinition
{
    /// <summary>In all, the first one included.</summary>
    public int Attempts { get; init; } = 3;
    public double FirstSeconds { get; init; } = 1;
    public double Factor { get; init; } = 2;
    /// <summary>No pause is longer than this.</summary>
    public double MaxSeconds { get; init; } = 300;
    /// <summary>The errors worth trying again, by code; "*" for any. Left out, those that the node itself says will pass.</summary>
    public IReadOnlyList<string>? On { get; init; }
}

/// <summary>What happens once a node has failed for good. Edges for errors lead on in any case.</summary>
public sealed record OnErrorDefinition(AfterError Then, JsonElement? Value = null);

/// <summary>
/// Stop: the run fails, unless an edge for errors leads on. Continue: as if the node had answered with the given value. Ask: a
/// person says whether it is tried again, goes on with the value, or stops.
/// </summary>
public enum AfterError { Stop, Continue, Ask }

/// <summary>The kinds of node that other nodes name as their parent.</summary>
public static class LoopKinds
{
    public const string ForEach = "forEach";
    public const string While = "while";

    public static bool Includes(string? kind) => kind is ForEach or While;
}
