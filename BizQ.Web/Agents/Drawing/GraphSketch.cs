using System.Text.Json;
using BizQ.Core.Agents;

namespace BizQ.Web.Agents.Drawing;

/// <param name="Place">Its index in the definition's nodes.</param>
/// <param name="About">Its kind, and what of it in one or two words: "Model, classify".</param>
public sealed record SketchNode(int Place, string Id, string Kind, string Title, string About);

/// <param name="From">Index into the sketch's nodes.</param>
/// <param name="Labels">The cases and conditions it stands for.</param>
/// <param name="Places">The indexes of the definition's edges it stands for: parallel ones are drawn as one.</param>
/// <param name="Back">It closes a circle, which can be drawn while somebody edits but never saved.</param>
/// <param name="Inside">No edge of the definition: it leads from a loop into the body that hangs below it.</param>
public sealed record SketchEdge(int From, int To, IReadOnlyList<string> Labels, IReadOnlyList<int> Places, bool Back, bool Inside = false);

/// <summary>What can be drawn of a definition, however unfinished it is: parts that make no sense are left out.</summary>
public sealed record GraphSketch(IReadOnlyList<SketchNode> Nodes, IReadOnlyList<SketchEdge> Edges)
{
    private const int LongestCondition = 24;

    public static GraphSketch Of(JsonElement definition, AgentCatalog catalog)
    {
        var nodes = new List<SketchNode>();
        var byId = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (node, place) in Items(definition, "nodes"))
        {
            if (Text(node, "id") is { Length: > 0 } id && byId.TryAdd(id, nodes.Count))
                nodes.Add(new SketchNode(place, id, Text(node, "kind") ?? "", Text(node, "title") is { Length: > 0 } title ? title : id, About(node, catalog)));
        }
        var edges = Items(definition, "edges")
            .Select(e => (e.Place, From: Text(e.Value, "from"), To: Text(e.Value, "to"), Label: Label(e.Value)))
            .Where(e => e.From is not null && e.To is not null && e.From != e.To && byId.ContainsKey(e.From) && byId.ContainsKey(e.To))
            .GroupBy(e => (From: byId[e.From!], To: byId[e.To!]))
            .Select(same => new SketchEdge(same.Key.From, same.Key.To, [.. same.Select(e => e.Label).OfType<string>().Distinct()], [.. same.Select(e => e.Place)], false))
            .ToList();
        edges.AddRange(IntoLoops(definition, byId, edges));
        return new GraphSketch(nodes, MarkBack(nodes.Count, edges));
    }

    /// <summary>A loop's body hangs below it: ways lead from the loop to what begins each of its rounds.</summary>
    private static IReadOnlyList<SketchEdge> IntoLoops(JsonElement definition, Dictionary<string, int> byId, List<SketchEdge> edges)
    {
        var led = edges.Select(e => e.To).ToHashSet();
        return [.. Items(definition, "nodes")
            .Select(n => (Id: Text(n.Value, "id"), Parent: Text(n.Value, "parent")))
            .Where(n => n is { Id: not null, Parent: not null } && n.Id != n.Parent && byId.ContainsKey(n.Id) && byId.ContainsKey(n.Parent) && !led.Contains(byId[n.Id]))
            .Select(n => new SketchEdge(byId[n.Parent!], byId[n.Id!], ["each round"], [], false, Inside: true))
            .DistinctBy(e => (e.From, e.To))];
    }

    /// <summary>Edges that lead back to where the way has already been.</summary>
    private static List<SketchEdge> MarkBack(int nodes, List<SketchEdge> edges)
    {
        var outOf = edges.Select((edge, index) => (edge.From, index)).ToLookup(e => e.From, e => e.index);
        var seen = new byte[nodes];
        var back = new HashSet<int>();
        for (var start = 0; start < nodes; start++)
        {
            var way = new Stack<(int Node, IEnumerator<int> Next)>();
            Enter(start);
            while (way.TryPeek(out var here))
            {
                if (!here.Next.MoveNext())
                {
                    seen[way.Pop().Node] = 2;
                    continue;
                }
                var edge = here.Next.Current;
                if (seen[edges[edge].To] == 1)
                    back.Add(edge);
                else
                    Enter(edges[edge].To);
            }

            void Enter(int node)
            {
                if (seen[node] != 0)
                    return;
                seen[node] = 1;
                way.Push((node, outOf[node].GetEnumerator()));
            }
        }
        return [.. edges.Select((edge, index) => edge with { Back = back.Contains(index) })];
    }

    private static string About(JsonElement node, AgentCatalog catalog)
    {
        var kind = Text(node, "kind") ?? "";
        var title = catalog.Nodes.FirstOrDefault(k => k.Kind == kind)?.Title ?? (kind.Length > 0 ? kind : "no kind yet");
        var settings = node.TryGetProperty("settings", out var given) ? given : default;
        return (Text(settings, "task") ?? Text(settings, "tool")) is { Length: > 0 } what ? $"{title}, {what}" : title;
    }

    private static string? Label(JsonElement edge)
    {
        if (edge.TryGetProperty("onError", out var onError) && onError.ValueKind == JsonValueKind.True)
            return "on error";
        if (Text(edge, "case") is { Length: > 0 } name)
            return name;
        return Text(edge, "when") is not { Length: > 0 } when ? null : when.Length > LongestCondition ? $"if {when[..LongestCondition]}…" : $"if {when}";
    }

    private static IEnumerable<(JsonElement Value, int Place)> Items(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select((value, place) => (value, place)).Where(item => item.value.ValueKind == JsonValueKind.Object)
            : [];

    private static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
