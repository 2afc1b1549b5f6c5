using System.Text.Json;

namespace BizQ.Core.Agents;

/// <summary>A node. What <paramref name="Settings"/> may hold is the schema of its kind.</summary>
public sealed record NodeDefinition(string Id, string Kind, string? Title = null, JsonElement? Settings = null, NodePosition? Position = null, int? TimeoutSeconds = null);

public sealed record NodePosition(double X, double Y);

/// <summary>
/// A connection. It is live when its source has completed, <paramref name="Case"/> (if given) equals the <c>case</c> in the
/// source's output, and <paramref name="When"/> (an expression, if given) is true.
/// </summary>
public sealed record EdgeDefinition(string From, string To, string? Case = null, string? When = null);
