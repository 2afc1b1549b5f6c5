using System.Text.Json.Serialization;

namespace BizQ.Core;

/// <summary>One page of a list; <paramref name="Next"/> asks for the following one, null at the end.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next)
{
    /// <summary>The largest page a caller can ask for.</summary>
    public const int Most = 200;

    public const int Usual = 50;

    public static int Size(int? asked) => Math.Clamp(asked ?? Usual, 1, Most);
}
