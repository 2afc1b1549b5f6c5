using System.Text.Json;
using BizQ.Core;

namespace BizQ.Agents.Runtime;

/// <summary>Conditions of edges and branches: an expression, with or without braces, seen as true or false.</summary>
public static class Conditions
{
    public static Outcome<bool> Holds(this Expressions expressions, string when, JsonElement scope)
    {
        var value = expressions.Evaluate(when, scope);
        return value.Refusal is { } refusal ? refusal : IsTrue(value.Value);
    }

    /// <summary>As JavaScript sees it, so that a condition may be a list, a text or a number.</summary>
    private static bool IsTrue(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined or JsonValueKind.False => false,
        JsonValueKind.String => value.GetString() is { Length: > 0 },
        JsonValueKind.Number => value.GetDouble() is not 0,
        _ => true,
    };
}
