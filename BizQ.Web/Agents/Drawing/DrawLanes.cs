using System.Globalization;

namespace BizQ.Web.Agents.Drawing;

/// <summary>
/// The graph as a list of steps with the ways between them drawn in lanes at the left, as version control shows branches: for a
/// narrow place. Ways that start together share a trunk below their start, ways that meet share a lane at the right.
/// </summary>
public static class DrawLanes
{
    public const double TitleSize = 13;
    public const double RowHeight = 38;
    public const double Width = 360;
    private const double Lane = 18;
    private const double Left = 16;
    private const double Bend = 9;

    public static Picture Of(GraphSketch sketch)
    {
        var rows = Rows(sketch);
        var at = new int[rows.Count];
        for (var row = 0; row < rows.Count; row++)
            at[rows[row]] = row;
        var edges = sketch.Edges.Where(e => !e.Back).ToList();
        var into = edges.ToLookup(e => e.To);
        var outOf = edges.ToLookup(e => e.From);
        var columns = Columns(rows, at, into, outOf);
        var inner = columns.DefaultIfEmpty(0).Max() + 1;
        var meeting = Meetings(rows, at, into);
        var lanes = inner + meeting.Values.DefaultIfEmpty(-1).Max() + 1;
        var textLeft = Left + (lanes - 1) * Lane + 18;
        double X(double lane) => Left + lane * Lane;
        double Y(int node) => RowHeight * at[node] + RowHeight / 2;
        var nodes = sketch.Nodes.Select((node, index) =>
        {
            var labels = string.Join(", ", into[index].SelectMany(e => e.Labels).Distinct());
            var room = Width - textLeft - 26 - (labels.Length > 0 ? Lettering.WidthOf(labels, 11) + 18 : 4);
            return new DrawnNode(node, X(columns[index]), Y(index), textLeft, RowHeight, Lettering.Wrap(node.Title, Math.Max(room, 90), TitleSize, 1));
        }).ToList();
        var drawn = sketch.Edges.Select(edge =>
        {
            var (x, y, toX, toY) = (X(columns[edge.From]), Y(edge.From), X(columns[edge.To]), Y(edge.To));
            var path = edge.Back ? Around(X(lanes - 0.4), x, y, toX, toY)
                : meeting.TryGetValue(edge.To, out var lane) && at[edge.To] - at[edge.From] > 1 ? Around(X(inner + lane), x, y, toX, toY)
                : Straight(x, y, toX, toY);
            var label = edge.Labels.Count > 0 ? string.Join(", ", edge.Labels) : null;
            return new DrawnEdge(edge, path, label is null ? null : (Width - 10, toY, label));
        }).ToList();
        return new Picture(Width, RowHeight * rows.Count, nodes, drawn);
    }

    /// <summary>Sources before targets, and every branch to its end before the next one.</summary>
    private static List<int> Rows(GraphSketch sketch)
    {
        var edges = sketch.Edges.Where(e => !e.Back).ToList();
        var outOf = edges.ToLookup(e => e.From);
        var open = new int[sketch.Nodes.Count];
        foreach (var edge in edges)
            open[edge.To]++;
        var ready = new Stack<int>(Enumerable.Range(0, open.Length).Where(n => open[n] == 0).Reverse());
        var rows = new List<int>();
        while (ready.TryPop(out var node))
        {
            rows.Add(node);
            foreach (var edge in outOf[node].Reverse())
            {
                if (--open[edge.To] == 0)
                    ready.Push(edge.To);
            }
        }
        return rows;
    }

    /// <summary>A column for each node: below its only source where nothing passes there, else the next free one to the right.</summary>
    private static int[] Columns(List<int> rows, int[] at, ILookup<int, SketchEdge> into, ILookup<int, SketchEdge> outOf)
    {
        var columns = new int[rows.Count];
        var takenUntil = new List<int>();
        for (var row = 0; row < rows.Count; row++)
        {
            var node = rows[row];
            var only = into[node].Count() == 1 ? into[node].First().From : -1;
            var column = only < 0 ? 0 : columns[only];
            while (column < takenUntil.Count && takenUntil[column] > row)
                column++;
            columns[node] = column;
            while (takenUntil.Count <= column)
                takenUntil.Add(0);
            // Down to the last that comes from nowhere else; those that meet others go by a lane of their own.
            takenUntil[column] = outOf[node].Where(e => into[e.To].Count() == 1 || at[e.To] == row + 1).Select(e => at[e.To]).DefaultIfEmpty(row).Max();
            if (takenUntil[column] == row)
                takenUntil[column] = row + 1;
        }
        return columns;
    }

    /// <summary>A lane for each node that several ways lead to, from the first of them down to it.</summary>
    private static Dictionary<int, int> Meetings(List<int> rows, int[] at, ILookup<int, SketchEdge> into)
    {
        var lanes = new Dictionary<int, int>();
        var takenUntil = new List<int>();
        foreach (var (node, first) in rows.Where(n => into[n].Count() > 1).Select(n => (Node: n, First: into[n].Min(e => at[e.From]))).OrderBy(m => m.First))
        {
            var lane = takenUntil.FindIndex(until => until <= first);
            if (lane < 0)
            {
                lane = takenUntil.Count;
                takenUntil.Add(0);
            }
            takenUntil[lane] = at[node];
            lanes[node] = lane;
        }
        return lanes;
    }

    private static string Straight(double x, double y, double toX, double toY)
    {
        if (Math.Abs(x - toX) < 0.1)
            return string.Create(CultureInfo.InvariantCulture, $"M{x:0.#} {y:0.#}V{toY:0.#}");
        var turn = toX > x ? Bend : -Bend;
        return string.Create(CultureInfo.InvariantCulture, $"M{x:0.#} {y:0.#}V{toY - Bend:0.#}Q{x:0.#} {toY:0.#} {x + turn:0.#} {toY:0.#}H{toX:0.#}");
    }

    private static string Around(double lane, double x, double y, double toX, double toY)
    {
        var down = toY > y ? Bend : -Bend;
        return string.Create(CultureInfo.InvariantCulture,
            $"M{x:0.#} {y:0.#}H{lane - Bend:0.#}Q{lane:0.#} {y:0.#} {lane:0.#} {y + down:0.#}V{toY - down:0.#}Q{lane:0.#} {toY:0.#} {lane - Bend:0.#} {toY:0.#}H{toX:0.#}");
    }
}
