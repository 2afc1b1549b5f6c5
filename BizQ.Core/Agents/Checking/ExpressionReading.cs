namespace BizQ.Core.Agents;

/// <summary>What can be told of a text with expressions without running it: what is wrong with it, and the steps it names.</summary>
public sealed record ExpressionReading(string? Problem, IReadOnlyList<string> Steps)
{
    /// <summary>The names at the root of the scope that it uses, such as trigger or item.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];
}
