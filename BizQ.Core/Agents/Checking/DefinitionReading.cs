using System.Text.Json;

namespace BizQ.Core.Agents;

/// <summary>What can be read of a definition that may be wrong in any way: parts without an id or of the wrong type are left out here and reported by its shape.</summary>
internal sealed record DefinitionReading(
    JsonElement Document, IReadOnlyList<ReadNode> Nodes, IReadOnlyList<ReadEdge> Edges, IReadOnlyList<ReadTrigger> Triggers, IReadOnlyList<string> Tools)
{
    public static DefinitionReading Of(JsonElement document, AgentCatalog catalog) => new(
        document,
        [.. Items(document, "nodes").Select(n => Node(n.At, n.Value, catalog))],
        [.. Items(document, "edges").Select(e => new ReadEdge(e.At, Text(e.Value, "from"), Text(e.Value, "to"), Text(e.Value, "case"), Text(e.Value, "when"), Says(e.Value, "onError")))],
        [.. Items(document, "triggers").Select(t => new ReadTrigger(t.At, Text(t.Value, "id"), Text(t.Value, "kind"), t.Value))],
        document.TryGetProperty("permissions", out var may) ? [.. Items(may, "tools").Where(t => t.Value.ValueKind == JsonValueKind.String).Select(t => t.Value.GetString()!)] : []);

    private readonly ILookup<string, ReadNode> _byId = Nodes.Where(n => n.Id is not null).ToLookup(n => n.Id!, StringComparer.Ordinal);
    private readonly ILookup<string, ReadNode> _inside = Nodes.Where(n => n.Parent is not null).ToLookup(n => n.Parent!, StringComparer.Ordinal);
    private readonly ILookup<string, ReadEdge> _outOf = Edges.Where(e => e is { From: not null, To: not null }).ToLookup(e => e.From!, StringComparer.Ordinal);
    private readonly ILookup<string, ReadEdge> _into = Edges.Where(e => e is { From: not null, To: not null }).ToLookup(e => e.To!, StringComparer.Ordinal);

    /// <summary>Whether an expression may stand at a place of the document.</summary>
    public bool MayCompute(string pointer)
    {
        if (!pointer.StartsWith("/nodes/", StringComparison.Ordinal))
            return false;
        var node = Nodes.FirstOrDefault(n => pointer.StartsWith(n.At + "/settings/", StringComparison.Ordinal));
        return node is null
            ? Nodes.Any(n => pointer.StartsWith(n.At + "/onError/value", StringComparison.Ordinal))
            : node.Description?.Expressions.Any(pattern => Pointer.Fits(pattern, pointer[(node.At.Length + "/settings".Length)..])) == true;
    }

    public IEnumerable<ReadNode> NodesCalled(string id) => _byId[id];

    /// <summary>The nodes that name this one as their parent.</summary>
    public IEnumerable<ReadNode> Inside(string id) => _inside[id];

    public IEnumerable<ReadEdge> OutOf(string id) => _outOf[id];

    public IEnumerable<ReadEdge> Into(string id) => _into[id];

    /// <summary>The loops a node is inside of, from the innermost on; ends where one would come again.</summary>
    public IEnumerable<ReadNode> Around(ReadNode node)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var parent = node.Parent; parent is not null && seen.Add(parent) && _byId[parent].FirstOrDefault() is { } loop; parent = loop.Parent)
            yield return loop;
    }

    /// <summary>The items of a list, with their pointers; none when it is no list.</summary>
    public static IEnumerable<(string At, JsonElement Value)> Items(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select((value, index) => ($"/{name}/{index}", value))
            : [];

    public static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static ReadNode Node(string at, JsonElement node, AgentCatalog catalog)
    {
        var after = Member(node, "onError", JsonValueKind.Object);
        return new ReadNode(at, Text(node, "id"), Text(node, "kind") ?? "", Member(node, "settings", JsonValueKind.Object), Description(catalog, node))
        {
            Parent = Text(node, "parent"),
            AfterError = after is { } given ? Text(given, "then") : null,
            ErrorValue = after is { } said && said.TryGetProperty("value", out var value) ? value : null,
        };
    }

    private static JsonElement? Member(JsonElement parent, string name, JsonValueKind kind) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == kind ? value : null;

    private static bool Says(JsonElement parent, string name) => Member(parent, name, JsonValueKind.True) is not null;

    private static NodeDescription? Description(AgentCatalog catalog, JsonElement node) => catalog.Nodes.FirstOrDefault(kind => kind.Kind == Text(node, "kind"));
}

internal sealed record ReadNode(string At, string? Id, string Kind, JsonElement? Settings, NodeDescription? Description)
{
    public string? Parent { get; init; }
    public string? AfterError { get; init; }
    public JsonElement? ErrorValue { get; init; }

    public bool IsLoop => LoopKinds.Includes(Kind);
}

internal sealed record ReadEdge(string At, string? From, string? To, string? Case, string? When, bool OnError);

internal sealed record ReadTrigger(string At, string? Id, string? Kind, JsonElement Value)
{
    public string? Text(string name) => DefinitionReading.Text(Value, name);

    public bool Has(string name) => Value.ValueKind == JsonValueKind.Object && Value.TryGetProperty(name, out _);
}
