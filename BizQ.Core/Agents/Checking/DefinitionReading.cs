using System.Text.Json;

namespace BizQ.Core.Agents;

/// <summary>What can be read of a definition that may be wrong in any way: parts without an id or of the wrong type are left out here and reported by its shape.</summary>
internal sealed record DefinitionReading(
    JsonElement Document, IReadOnlyList<ReadNode> Nodes, IReadOnlyList<ReadEdge> Edges, IReadOnlyList<ReadTrigger> Triggers, IReadOnlyList<string> Tools)
{
    public static DefinitionReading Of(JsonElement document, AgentCatalog catalog) => new(
        document,
        [.. Items(document, "nodes").Select(n => new ReadNode(n.At, Text(n.Value, "id"), Text(n.Value, "kind") ?? "", Settings(n.Value), Description(catalog, n.Value)))],
        [.. Items(document, "edges").Select(e => new ReadEdge(e.At, Text(e.Value, "from"), Text(e.Value, "to"), Text(e.Value, "case"), Text(e.Value, "when")))],
        [.. Items(document, "triggers").Select(t => new ReadTrigger(t.At, Text(t.Value, "id"), Text(t.Value, "kind"), t.Value))],
        document.TryGetProperty("permissions", out var may) ? [.. Items(may, "tools").Where(t => t.Value.ValueKind == JsonValueKind.String).Select(t => t.Value.GetString()!)] : []);

    /// <summary>Whether an expression may stand at a place of the document.</summary>
    public bool MayCompute(string pointer)
    {
        if (!pointer.StartsWith("/nodes/", StringComparison.Ordinal))
            return false;
        var node = Nodes.FirstOrDefault(n => pointer.StartsWith(n.At + "/settings/", StringComparison.Ordinal));
        return node?.Description?.Expressions.Any(pattern => Pointer.Fits(pattern, pointer[(node.At.Length + "/settings".Length)..])) == true;
    }

    public IEnumerable<ReadNode> NodesCalled(string id) => Nodes.Where(node => node.Id == id);

    /// <summary>The items of a list, with their pointers; none when it is no list.</summary>
    public static IEnumerable<(string At, JsonElement Value)> Items(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select((value, index) => ($"/{name}/{index}", value))
            : [];

    public static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonElement? Settings(JsonElement node) =>
        node.ValueKind == JsonValueKind.Object && node.TryGetProperty("settings", out var settings) && settings.ValueKind == JsonValueKind.Object ? settings : null;

    private static NodeDescription? Description(AgentCatalog catalog, JsonElement node) => catalog.Nodes.FirstOrDefault(kind => kind.Kind == Text(node, "kind"));
}

internal sealed record ReadNode(string At, string? Id, string Kind, JsonElement? Settings, NodeDescription? Description);

internal sealed record ReadEdge(string At, string? From, string? To, string? Case, string? When);

internal sealed record ReadTrigger(string At, string? Id, string? Kind, JsonElement Value)
{
    public string? Text(string name) => DefinitionReading.Text(Value, name);

    public bool Has(string name) => Value.ValueKind == JsonValueKind.Object && Value.TryGetProperty(name, out _);
}
