using System.Text.Json;

namespace BizQ.Core.Agents;

/// <summary>A node. What <paramref name="Settings"/> may hold is the schema of its kind.</summary>
/// <param name="Parent">The loop whose body it is part of; its edges lead only to nodes of the same body.</param>
/// <param name="Join">Whether it waits for all ways that lead to it, or begins with the first that is live.</param>
public sealed record NodeDefinition(
    string Id,
    string Kind,
    string? Title = null,
    JsonElement? Settings = null,
    NodePosition? Position = null,
    int? TimeoutSeconds = null,
    string? Parent = null,
    JoinWay Join = JoinWay.All,
    RetryDefinition? Retry = null,
    OnErrorDefinition? OnError = null);

public sealed record NodePosition(double X, double Y);

public enum JoinWay { All, Any }

/// <summary>
/// A connection. It is live when its source has completed, <paramref name="Case"/> (if given) equals the <c>case</c> in the
/// source's output, and <paramref name="When"/> (an expression, if given) is true; one for errors when its source has failed for
/// good, instead.
/// </summary>
public sealed record EdgeDefinition(string From, string To, string? Case = null, string? When = null, bool OnError = false);
