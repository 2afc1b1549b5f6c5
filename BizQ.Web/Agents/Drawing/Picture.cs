namespace BizQ.Web.Agents.Drawing;

/// <summary>A sketch with a place for everything.</summary>
public sealed record Picture(double Width, double Height, IReadOnlyList<DrawnNode> Nodes, IReadOnlyList<DrawnEdge> Edges);

/// <param name="X">The middle of a box, the dot of a row.</param>
/// <param name="Lines">The title, broken where it does not fit.</param>
public sealed record DrawnNode(SketchNode Node, double X, double Y, double Width, double Height, IReadOnlyList<string> Lines);

/// <param name="Path">SVG path data.</param>
/// <param name="Label">Where its labels stand, if it has any.</param>
public sealed record DrawnEdge(SketchEdge Edge, string Path, (double X, double Y, string Text)? Label);

internal static class Lettering
{
    /// <summary>How wide a sign of the system's sans is on average, as a part of its size: of the widest among them.</summary>
    private const double PerSign = 0.6;

    public static double WidthOf(string text, double size) => text.Length * size * PerSign;

    /// <summary>At most so many lines of a width; what does not fit ends with an ellipsis.</summary>
    public static IReadOnlyList<string> Wrap(string text, double width, double size, int most)
    {
        var signs = Math.Max(4, (int)(width / (size * PerSign)));
        var lines = new List<string>();
        var rest = text.Trim();
        while (rest.Length > 0 && lines.Count < most)
        {
            if (rest.Length <= signs)
            {
                lines.Add(rest);
                break;
            }
            if (lines.Count == most - 1)
            {
                // Whole words, so that what is seen is a part of what a screen reader says.
                var last = rest.LastIndexOf(' ', signs - 2);
                lines.Add((last > 0 ? rest[..last] : rest[..(signs - 1)]).TrimEnd() + " …");
                break;
            }
            var cut = rest.LastIndexOf(' ', signs);
            cut = cut <= 0 ? signs : cut;
            lines.Add(rest[..cut]);
            rest = rest[cut..].TrimStart();
        }
        return lines;
    }
}
