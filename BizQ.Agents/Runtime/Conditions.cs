using System.Text.Json;
using BizQ.Core;

namespace BizQ.Agents.Runtime;

/// <summary>Conditions of edges and branches: an expression, with or without braces, seen as true or false.</summary>
public static class Conditions
{
    public static Outcome<bool> Holds(this Expressions expressions, string when, JsonElement scope)
    {
        var value = expressions.Evaluate(Bare(when), scope);
        return value.Refusal is { } refusal ? refusal : IsTrue(value.Value);
    }

    private static string Bare(string when)
    {
        var text = when.Trim();
        return text.StartsWith("{{", StringComparison.Ordinal) && text.EndsWith("}}", StringComparison.Ordinal) ? text[2..^2] : text;
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
