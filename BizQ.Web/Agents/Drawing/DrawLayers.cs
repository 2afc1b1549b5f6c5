using System.Globalization;
using System.Text;

namespace BizQ.Web.Agents.Drawing;

/// <summary>The graph from top to bottom: boxes in layers, for a wide place.</summary>
public static class DrawLayers
{
    public const double TitleSize = 12.5;
    private const double Low = 52;
    private const double Tall = 60;
    private const double LayerGap = 30;
    private const double LabelledGap = 50;
    private const double Gap = 12;
    private const double BendWidth = 10;
    private const double Margin = 8;

    // What a page of the usual width has room for; boxes get narrower before the picture gets wider.
    private const double Roomy = 1220;
    private static readonly double[] Widths = [190, 164, 140, 110];

    // A box narrower than this has its icon above the title instead of before it.
    private const double Beside = 130;
    private const double BesideIcon = 44;
    private const double BelowIcon = 10;

    public static bool IsNarrow(DrawnNode node) => node.Width < Beside;

    public static Picture Of(GraphSketch sketch)
    {
        var (width, layers) = Fitting(sketch);
        var height = width < Beside ? Tall : Low;
        var room = width - (width < Beside ? BelowIcon : BesideIcon);
        var labelled = layers.Ways.Where(way => way.Key.Labels.Count > 0).Select(way => way.Value[0]).ToHashSet();
        var tops = new double[layers.All.Count];
        for (var i = 1; i < tops.Length; i++)
            tops[i] = tops[i - 1] + height + (layers.All[i - 1].Any(labelled.Contains) ? LabelledGap : LayerGap);
        var nodes = new DrawnNode[sketch.Nodes.Count];
        var layerOf = new Dictionary<Slot, int>();
        for (var i = 0; i < layers.All.Count; i++)
        {
            foreach (var slot in layers.All[i])
            {
                layerOf[slot] = i;
                if (slot.Node is { } node)
                    nodes[node] = new DrawnNode(sketch.Nodes[node], slot.X + Margin, tops[i] + Margin, width, height, Lettering.Wrap(sketch.Nodes[node].Title, room, TitleSize, 2));
            }
        }
        var edges = sketch.Edges.Select(edge => edge.Back
            ? new DrawnEdge(edge, Back(nodes[edge.From], nodes[edge.To]), null)
            : Forward(edge, [.. layers.Ways[edge].Select(slot => (slot.X + Margin, tops[layerOf[slot]] + Margin))], height, layers.Ways[edge][1].Above.Count == 1)).ToList();
        return new Picture(WidthOf(layers) + 2 * Margin, (tops.Length == 0 ? 0 : tops[^1] + height) + 2 * Margin, nodes, edges);
    }

    /// <summary>As wide as there is room for; long edges keep a column of their own where that fits, so that ways run straight.</summary>
    private static (double Width, Layers Layers) Fitting(GraphSketch sketch)
    {
        foreach (var width in Widths)
        {
            foreach (var bend in (double[])[width, BendWidth])
            {
                var layers = Layers.Of(sketch, width, bend, Gap);
                if (WidthOf(layers) <= Roomy || (width == Widths[^1] && bend == BendWidth))
                    return (width, layers);
            }
        }
        throw new InvalidOperationException("There is always a last width.");
    }

    private static double WidthOf(Layers layers) => layers.All.SelectMany(l => l).Select(s => s.X + s.Width / 2).DefaultIfEmpty(0).Max();

    /// <summary>Down through the middle of every place on the way.</summary>
    private static DrawnEdge Forward(SketchEdge edge, List<(double X, double Top)> way, double height, bool alone)
    {
        var path = new StringBuilder();
        var (x, y) = (way[0].X, way[0].Top + height);
        path.Append(CultureInfo.InvariantCulture, $"M{x:0.#} {y:0.#}");
        (double, double, string)? label = null;
        for (var i = 1; i < way.Count; i++)
        {
            var (toX, toY) = way[i];
            var half = (toY - y) / 2;
            path.Append(CultureInfo.InvariantCulture, $"C{x:0.#} {y + half:0.#} {toX:0.#} {toY - half:0.#} {toX:0.#} {toY:0.#}");
            // At the end of the first stretch, where ways that start together have parted; before it, where others arrive as well.
            if (i == 1 && edge.Labels.Count > 0)
                label = (x + (toX - x) * (alone ? 1 : 0.84), y + (toY - y) * (alone ? 0.6 : 0.5), string.Join(", ", edge.Labels));
            (x, y) = (toX, toY);
            if (i < way.Count - 1)
            {
                y += height;
                path.Append(CultureInfo.InvariantCulture, $"V{y:0.#}");
            }
        }
        path.Append(CultureInfo.InvariantCulture, $"M{x - 4:0.#} {y - 6:0.#}L{x:0.#} {y - 0.5:0.#}L{x + 4:0.#} {y - 6:0.#}");
        return new DrawnEdge(edge, path.ToString(), label);
    }

    private static string Back(DrawnNode from, DrawnNode to) => string.Create(CultureInfo.InvariantCulture,
        $"M{from.X + from.Width / 2:0.#} {from.Y + from.Height / 2:0.#}C{from.X + from.Width:0.#} {from.Y:0.#} {to.X + to.Width:0.#} {to.Y + to.Height:0.#} {to.X + to.Width / 2:0.#} {to.Y + to.Height / 2:0.#}");
}
