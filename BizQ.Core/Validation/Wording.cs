using System.Text.Json;
using System.Text.RegularExpressions;
using BizQ.Core.Agents;
using BizQ.Core.Context;

namespace BizQ.Core.Validation;

/// <summary>
/// What the people who built the agent wrote into it: the fixed words of its templates, instructions and arguments. They are
/// the business's own statements and back a draft like evidence. Examples of labels are not: those are customers' words.
/// </summary>
public static partial class Wording
{
    private static readonly HashSet<string> NotStatements = new(StringComparer.OrdinalIgnoreCase) { "labels", "examples", "schema", "search", "entities", "cases", "when", "where", "limit" };

    public static Evidence? Of(AgentDefinition agent, DateTimeOffset now)
    {
        var text = string.Join('\n', agent.Nodes.Where(node => node.Settings is not null).SelectMany(node => Texts(node.Settings!.Value)).Distinct());
        return text.Length == 0 ? null : new Evidence("wording", null, "agent", $"{agent.Name}'s own wording", "the agent's definition", now, 0, text);
    }

    private static IEnumerable<string> Texts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().Where(m => !NotStatements.Contains(m.Name)).SelectMany(m => Texts(m.Value)),
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Texts),
        JsonValueKind.String when Fixed(value.GetString()!) is { Length: > 0 } text && text.Contains(' ') => [text],
        _ => [],
    };

    private static string Fixed(string text) => Computed().Replace(text, " ").Trim();

    [GeneratedRegex(@"\{\{.*?\}\}|\{%.*?%\}", RegexOptions.Singleline)]
    private static partial Regex Computed();
}
