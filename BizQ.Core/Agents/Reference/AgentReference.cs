using System.Globalization;
using System.Text;
using System.Text.Json;

namespace BizQ.Core.Agents.Reference;

/// <summary>
/// The reference of definitions as Markdown: what every node, edge, trigger and limit may say, and each kind of node, all from
/// their own descriptions and schemas. It stands between two marks in docs/agents.md; the rest there is written by hand.
/// </summary>
public sealed class AgentReference(AgentCatalog catalog, DefinitionSchema schema)
{
    private const string Begin = "<!-- From here on made by ./dev docs; change the descriptions in the code. -->";
    private const string End = "<!-- To here. -->";

    private static readonly (string Title, string Part)[] Parts =
        [("Every node", "node"), ("Trying again", "retry"), ("After the last error", "onError"), ("Edges", "edge"), ("Triggers", "trigger")];

    /// <summary>The page with its made part as it should be now.</summary>
    /// <exception cref="InvalidDataException">The marks are not there.</exception>
    public string Renewed(string page)
    {
        var (begin, end) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        return begin >= 0 && end > begin
            ? $"{page[..(begin + Begin.Length)]}\n\n{Made()}\n{page[end..]}"
            : throw new InvalidDataException($"The page must hold \"{Begin}\" and, further down, \"{End}\".");
    }

    private string Made()
    {
        var text = new StringBuilder("## Kinds of nodes\n\n");
        foreach (var kind in catalog.Nodes)
            text.Append(CultureInfo.InvariantCulture, $"- [`{kind.Kind}`](#{kind.Kind.ToLowerInvariant()}) {kind.Summary}\n");
        foreach (var kind in catalog.Nodes)
            Write(text, kind);
        text.Append("\n## What stands around them\n");
        foreach (var (title, part) in Parts)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n### {title}\n\n");
            Table(text, schema.Whole.GetProperty("$defs").GetProperty(part));
        }
        text.Append("\n### Limits of an agent\n\n");
        Table(text, schema.Whole.GetProperty("properties").GetProperty("limits"));
        return text.ToString();
    }

    private static void Write(StringBuilder text, NodeDescription kind)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n### {kind.Kind}\n\n{kind.Summary}\n\n");
        Table(text, kind.Settings);
        text.Append(CultureInfo.InvariantCulture, $"\n`steps.ID.output`: {kind.Output.TrimEnd('.')}.\n");
        if (kind.Expressions.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $"\n`{{{{ }}}}` may stand in {string.Join(", ", kind.Expressions.Select(Place).Distinct())}.\n");
        if (kind.Rules.Count > 0)
            text.Append('\n').AppendJoin("", kind.Rules.Select(rule => $"- {rule}\n"));
    }

    private static void Table(StringBuilder text, JsonElement about)
    {
        var rows = Rows(about, "").ToList();
        if (rows.Count == 0)
        {
            text.Append("It has no settings.\n");
            return;
        }
        text.Append("| setting | holds | |\n|---|---|---|\n");
        foreach (var (name, holds, description) in rows)
            text.Append(CultureInfo.InvariantCulture, $"| `{name}` | {Cell(holds)} | {Cell(description)} |\n");
    }

    private static IEnumerable<(string Name, string Holds, string Description)> Rows(JsonElement about, string before)
    {
        if (!about.TryGetProperty("properties", out var members))
            yield break;
        var needed = about.TryGetProperty("required", out var required) ? required.EnumerateArray().Select(r => r.GetString()).ToHashSet() : [];
        foreach (var member in members.EnumerateObject())
        {
            var name = before + member.Name;
            yield return (name, Holds(member.Value) + (needed.Contains(member.Name) ? ", needed" : ""), Text(member.Value, "description") ?? Text(member.Value, "title") ?? "");
            var inside = member.Value.TryGetProperty("items", out var items) ? Rows(items, name + "[].") : Rows(member.Value, name + ".");
            foreach (var row in inside)
                yield return row;
        }
    }

    private static string Holds(JsonElement about)
    {
        if (about.TryGetProperty("enum", out var values))
            return string.Join(" or ", values.EnumerateArray().Select(v => $"`{v}`")) + Usual(about);
        var type = !about.TryGetProperty("type", out var given) ? about.TryGetProperty("$ref", out var reference) ? reference.GetString()!.Split('/')[^1] : "anything"
            : given.ValueKind == JsonValueKind.Array ? string.Join(" or ", given.EnumerateArray().Select(Word)) : Word(given);
        return type + Bounds(about) + Usual(about);
    }

    private static string Word(JsonElement type) => type.GetString() switch
    {
        "string" => "text",
        "integer" => "whole number",
        "array" => "list",
        "boolean" => "true or false",
        var other => other!,
    };

    private static string Bounds(JsonElement about) => (Number(about, "minimum"), Number(about, "maximum")) switch
    {
        ({ } least, { } most) => $" from {least} to {most}",
        ({ } least, null) => $" of {least} or more",
        (null, { } most) => $" of {most} or less",
        _ => Number(about, "maxItems") is { } items ? $" of at most {items}" : "",
    };

    private static string Usual(JsonElement about) => about.TryGetProperty("default", out var usual) ? $"; `{usual.GetRawText()}` when left out" : "";

    private static string? Number(JsonElement about, string name) =>
        about.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble().ToString("#,0.##", CultureInfo.InvariantCulture) : null;

    private static string? Text(JsonElement about, string name) => about.TryGetProperty(name, out var value) ? value.GetString() : null;

    /// <summary>"/entities/*/where/*" as people write it.</summary>
    private static string Place(string pointer) => "`" + string.Join('.', pointer.Split('/')[1..].Where(part => part != "**").Select(part => part == "*" ? "…" : part)) + "`";

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
