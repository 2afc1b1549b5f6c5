using System.Text;
using System.Text.Json;

namespace BizQ.Core.Agents;

/// <summary>
/// A definition as people read and edit it: names in the order of the schema (a database that keeps JSON as values forgets the
/// order), two blanks of indentation, and what is short on one line.
/// </summary>
public sealed class DefinitionText(AgentCatalog catalog, DefinitionSchema schema)
{
    /// <summary>A list or object that fits in this many signs stands on one line.</summary>
    private const int LineLength = 96;

    public string Of(JsonElement document)
    {
        var text = new StringBuilder();
        Write(text, document, schema.Whole, 0);
        return text.ToString();
    }

    private void Write(StringBuilder text, JsonElement value, JsonElement about, int depth)
    {
        about = Referred(about);
        if (value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
        {
            text.Append(Json.Text(value));
            return;
        }
        // The document itself and its lists of parts are always opened up: one line for each.
        if (depth > 1 && OneLine(value, about) is { } line && line.Length + 2 * depth <= LineLength)
        {
            text.Append(line);
            return;
        }
        var (open, close) = value.ValueKind == JsonValueKind.Object ? ('{', '}') : ('[', ']');
        text.Append(open);
        var first = true;
        foreach (var (name, item, its) in Parts(value, about))
        {
            text.Append(first ? "\n" : ",\n").Append(' ', 2 * (depth + 1));
            if (name is not null)
                text.Append(Json.Text(name)).Append(": ");
            Write(text, item, its, depth + 1);
            first = false;
        }
        if (!first)
            text.Append('\n').Append(' ', 2 * depth);
        text.Append(close);
    }

    private string? OneLine(JsonElement value, JsonElement about)
    {
        if (value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
            return Json.Text(value);
        // Its own text is longer than the line would be only by its spaces: no need to look further into a long one.
        if (value.GetRawText().Count(sign => !char.IsWhiteSpace(sign)) > LineLength)
            return null;
        var parts = Parts(value, Referred(about)).Select(part => (part.Name, Text: OneLine(part.Value, part.About))).ToList();
        if (parts.Exists(part => part.Text is null))
            return null;
        var inside = string.Join(", ", parts.Select(part => part.Name is null ? part.Text : $"{Json.Text(part.Name)}: {part.Text}"));
        return value.ValueKind == JsonValueKind.Array ? $"[{inside}]" : inside.Length == 0 ? "{}" : $"{{ {inside} }}";
    }

    private IEnumerable<(string? Name, JsonElement Value, JsonElement About)> Parts(JsonElement value, JsonElement about)
    {
        if (value.ValueKind == JsonValueKind.Array)
            return value.EnumerateArray().Select(item => ((string?)null, item, Below(about, "items")));
        var known = Below(about, "properties");
        var order = known.ValueKind == JsonValueKind.Object ? known.EnumerateObject().Select((p, index) => (p.Name, index)).ToDictionary(p => p.Name, p => p.index) : [];
        return value.EnumerateObject()
            .OrderBy(member => order.GetValueOrDefault(member.Name, int.MaxValue))
            .Select(member => ((string?)member.Name, member.Value, member.Name == "settings" && KindOf(value) is { } kind ? kind : Below(known, member.Name)));
    }

    /// <summary>What the settings of a node mean is said by its kind.</summary>
    private JsonElement? KindOf(JsonElement node) =>
        DefinitionReading.Text(node, "kind") is { } kind && catalog.Nodes.FirstOrDefault(k => k.Kind == kind) is { } description ? description.Settings : null;

    private JsonElement Referred(JsonElement about) =>
        DefinitionReading.Text(about, "$ref") is { } reference ? Below(Below(schema.Whole, "$defs"), reference[(reference.LastIndexOf('/') + 1)..]) : about;

    private static JsonElement Below(JsonElement about, string name) =>
        about.ValueKind == JsonValueKind.Object && about.TryGetProperty(name, out var below) ? below : default;
}
