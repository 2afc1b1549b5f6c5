using System.Text.Json;
using BizQ.Core.Agents;
using BizQ.Web.Agents.Drawing;
using CsCheck;

namespace BizQ.Tests.Agents;

/// <summary>The two pictures of a graph: whatever it looks like, everything in it is there, in order, and nothing covers anything.</summary>
public sealed class PictureTests
{
    private static readonly AgentCatalog Catalog = new([], [], _ => null);

    // Edges lead from earlier to later nodes, and sometimes back, as in a definition somebody is still writing.
    private static readonly Gen<GraphSketch> Sketches =
        from count in Gen.Int[1, 14]
        from edges in Gen.Select(Gen.Int[0, count - 1], Gen.Int[0, count - 1], Gen.Bool).List[0, 30]
        select GraphSketch.Of(JsonSerializer.SerializeToElement(new
        {
            nodes = Enumerable.Range(0, count).Select(n => new { id = $"n{n}", kind = "transform", title = $"Step {n} with a title that is rather long" }),
            edges = edges.Select(e => new { @from = $"n{e.Item1}", to = $"n{e.Item2}", @case = e.Item3 ? "a case" : null }),
        }), Catalog);

    [Fact]
    public void Boxes_never_touch_and_ways_lead_down() => Sketches.Sample(sketch =>
    {
        var picture = DrawLayers.Of(sketch);
        Assert.Equal(sketch.Nodes.Count, picture.Nodes.Count);
        foreach (var (one, other) in picture.Nodes.SelectMany((one, i) => picture.Nodes.Skip(i + 1).Select(other => (one, other))))
            Assert.True(Math.Abs(one.X - other.X) >= one.Width || Math.Abs(one.Y - other.Y) >= one.Height, $"{one.Node.Id} and {other.Node.Id} lie on each other");
        Assert.All(sketch.Edges.Where(e => !e.Back), e => Assert.True(picture.Nodes[e.From].Y < picture.Nodes[e.To].Y));
        Assert.All(picture.Nodes, n => Assert.InRange(n.X, n.Width / 2, picture.Width - n.Width / 2));
    });

    [Fact]
    public void Rows_are_one_below_the_other_and_sources_come_first() => Sketches.Sample(sketch =>
    {
        var picture = DrawLanes.Of(sketch);
        Assert.Equal(sketch.Nodes.Count, picture.Nodes.Select(n => n.Y).Distinct().Count());
        Assert.All(sketch.Edges.Where(e => !e.Back), e => Assert.True(picture.Nodes[e.From].Y < picture.Nodes[e.To].Y));
        Assert.All(picture.Nodes, n => Assert.True(n.X < n.Width, "a dot lies in the text"));
    });

    [Fact]
    public void A_way_down_never_runs_through_the_dot_of_another_step() => Sketches.Sample(sketch =>
    {
        var picture = DrawLanes.Of(sketch);
        var into = sketch.Edges.Where(e => !e.Back).ToLookup(e => e.To);
        // Ways into a step with one source run straight down in their source's column.
        foreach (var edge in sketch.Edges.Where(e => !e.Back && into[e.To].Count() == 1))
        {
            var (from, to) = (picture.Nodes[edge.From], picture.Nodes[edge.To]);
            Assert.DoesNotContain(picture.Nodes, n => Math.Abs(n.X - from.X) < 1 && n.Y > from.Y + 1 && n.Y < to.Y - 1);
        }
    });

    [Fact]
    public void What_makes_no_sense_is_left_out()
    {
        var sketch = GraphSketch.Of(JsonElement.Parse("""
            { "nodes": [ { "id": "a" }, { "id": "a" }, { "title": "no id" }, 7, { "id": "b", "kind": "model", "settings": { "task": "draft" } } ],
              "edges": [ { "from": "a", "to": "b", "case": "x" }, { "from": "a", "to": "b", "case": "y" }, { "from": "b", "to": "a" }, { "from": "a", "to": "a" }, { "from": "a", "to": "gone" }, null ] }
            """), Catalog);
        Assert.Equal(["a", "b"], sketch.Nodes.Select(n => n.Id));
        Assert.Equal([(0, 1, false), (1, 0, true)], sketch.Edges.Select(e => (e.From, e.To, e.Back)));
        Assert.Equal(["x", "y"], sketch.Edges[0].Labels);
        Assert.Equal("model, draft", sketch.Nodes[1].About);
        Assert.Empty(DrawLayers.Of(GraphSketch.Of(JsonElement.Parse("{}"), Catalog)).Nodes);
    }

    [Fact]
    public void A_loops_body_hangs_below_it()
    {
        var picture = DrawLayers.Of(GraphSketch.Of(JsonElement.Parse("""
            { "nodes": [ { "id": "start" }, { "id": "each" }, { "id": "a", "parent": "each" }, { "id": "b", "parent": "each" }, { "id": "end" }, { "id": "odd", "parent": "odd" } ],
              "edges": [ { "from": "start", "to": "each" }, { "from": "a", "to": "b", "onError": true }, { "from": "each", "to": "end" } ] }
            """), Catalog));
        var heights = picture.Nodes.ToDictionary(n => n.Node.Id, n => n.Y);
        Assert.True(heights["each"] < heights["a"] && heights["a"] < heights["b"]);
        Assert.Equal(["each round", "on error"], picture.Edges.Select(e => e.Label?.Text).OfType<string>().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_branch_and_a_join_of_the_sample_do_not_cross()
    {
        var picture = DrawLayers.Of(GraphSketch.Of(JsonElement.Parse(Definitions.Desk), Catalog));
        var (draft, left) = (picture.Nodes.Single(n => n.Node.Id == "draft"), picture.Nodes.Single(n => n.Node.Id == "left"));
        Assert.Equal(draft.Y, left.Y);
        // What branches lies evenly below its branch, and a chain runs straight.
        Assert.Equal(picture.Nodes.Single(n => n.Node.Id == "which").X, (draft.X + left.X) / 2, 3);
        Assert.Equal(draft.X, picture.Nodes.Single(n => n.Node.Id == "done").X, 3);
        Assert.Equal(["order", "other"], picture.Edges.Select(e => e.Label?.Text).OfType<string>());
    }
}
