namespace BizQ.Core.Agents;

/// <summary>What can be told of a text with expressions without running it: what is wrong with it, and the steps it names.</summary>
public sealed record ExpressionReading(string? Problem, IReadOnlyList<string> Steps);
