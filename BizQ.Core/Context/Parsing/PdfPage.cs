using System.Text;
using System.Text.RegularExpressions;
using UglyToad.PdfPig.Content;

namespace BizQ.Core.Context.Parsing;

/// <summary>Lines of a page that belong together.</summary>
/// <param name="AtEdge">The first or last of its page.</param>
internal sealed record PdfParagraph(string Text, double Size, bool Bold, int Page, bool AtEdge);

/// <summary>
/// Works out lines and paragraphs of one page: words on one baseline are a line, a wide gap in it parts two cells of a table
/// row (which must stay together, or a price loses its product), and two columns of running text are read one after the other.
/// </summary>
internal static partial class PdfPage
{
    // In heights of the letters.
    private const double CellGap = 1.8;
    private const double SameLine = 0.45;
    private const double ParagraphGap = 1.55;

    // Columns hold running text: a table's cells are shorter.
    private const int ColumnLines = 8;
    private const double ColumnWords = 3.5;

    // A page with more is a drawing.
    private const int MostLetters = 200_000;

    private sealed record Line(List<Word> Words, double Y, double Size)
    {
        public double Left => Words[0].BoundingBox.Left;
        public double Right => Words[^1].BoundingBox.Right;
    }

    public static List<PdfParagraph> Read(Page page)
    {
        if (page.Letters.Count > MostLetters)
            return [];
        var words = page.GetWords().Where(w => w.TextOrientation == TextOrientation.Horizontal && !string.IsNullOrWhiteSpace(w.Text)).ToList();
        var lines = Lines(words).Where(line => !Leads().IsMatch(TextOf(line))).ToList();
        List<PdfParagraph> paragraphs = [];
        foreach (var stretch in ReadingOrder(lines))
            paragraphs.AddRange(Paragraphs(stretch, page.Number));
        for (var i = 0; i < paragraphs.Count; i++)
            paragraphs[i] = paragraphs[i] with { AtEdge = i == 0 || i == paragraphs.Count - 1 };
        return paragraphs;
    }

    private static List<Line> Lines(List<Word> words)
    {
        List<Line> lines = [];
        List<Word> row = [];
        double y = 0, size = 0;
        foreach (var word in words.OrderByDescending(BaseOf))
        {
            if (row.Count > 0 && y - BaseOf(word) > SameLine * Math.Max(1, Math.Min(size, SizeOf(word))))
                End();
            if (row.Count == 0)
                (y, size) = (BaseOf(word), SizeOf(word));
            row.Add(word);
        }
        End();
        return lines;

        void End()
        {
            if (row.Count == 0)
                return;
            row.Sort((a, b) => a.BoundingBox.Left.CompareTo(b.BoundingBox.Left));
            lines.Add(new Line([.. row], y, row.Max(SizeOf)));
            row.Clear();
        }
    }

    private static double BaseOf(Word word) => word.Letters[0].StartBaseLine.Y;

    private static double SizeOf(Word word) => Math.Max(1, word.Letters[0].PointSize);

    /// <summary>The lines as they are read: as they stand, or where the page has two columns, the left one first.</summary>
    private static IEnumerable<List<Line>> ReadingOrder(List<Line> lines)
    {
        if (Gutter(lines) is not { } gutter)
        {
            yield return lines;
            yield break;
        }
        List<Line> left = [], right = [];
        foreach (var line in lines)
        {
            if (line.Words.Any(w => w.BoundingBox.Left < gutter && w.BoundingBox.Right > gutter))
            {
                // A title across both columns ends them.
                yield return left;
                yield return right;
                yield return [line];
                (left, right) = ([], []);
                continue;
            }
            Put(left, line, line.Words.Where(w => w.BoundingBox.Right <= gutter));
            Put(right, line, line.Words.Where(w => w.BoundingBox.Left >= gutter));
        }
        yield return left;
        yield return right;
    }

    private static void Put(List<Line> column, Line line, IEnumerable<Word> words)
    {
        if (words.ToList() is { Count: > 0 } mine)
            column.Add(line with { Words = mine });
    }

    /// <summary>Where, in the middle half of the page, most lines leave a gap with running text on both sides.</summary>
    private static double? Gutter(List<Line> lines)
    {
        if (lines.Count < ColumnLines)
            return null;
        var (left, right) = (lines.Min(l => l.Left), lines.Max(l => l.Right));
        double? best = null;
        var most = ColumnLines - 1;
        for (var x = left + ((right - left) / 4); x < right - ((right - left) / 4); x += 3)
        {
            var sides = lines.Where(l => l.Left < x && l.Right > x).Select(l => Sides(l, x)).ToList();
            var parted = sides.Where(s => s is { Left: > 0, Right: > 0 }).ToList();
            if (parted.Count > most && parted.Count >= sides.Count * 0.8 && parted.Average(s => Math.Min(s.Left, s.Right)) >= ColumnWords)
                (best, most) = (x, parted.Count);
        }
        return best;
    }

    private static (int Left, int Right) Sides(Line line, double x)
    {
        var before = line.Words.Count(w => w.BoundingBox.Right <= x);
        var after = line.Words.Count(w => w.BoundingBox.Left >= x);
        return before + after == line.Words.Count && before > 0 && after > 0 && line.Words[before].BoundingBox.Left - line.Words[before - 1].BoundingBox.Right > line.Size * 0.8 ? (before, after) : (0, 0);
    }

    private static IEnumerable<PdfParagraph> Paragraphs(List<Line> lines, int page)
    {
        var text = new StringBuilder();
        for (var i = 0; i < lines.Count; i++)
        {
            Append(text, TextOf(lines[i]));
            if (i + 1 < lines.Count && !Ends(lines, i))
                continue;
            var last = lines[i];
            yield return new PdfParagraph(text.ToString(), last.Size, IsBold(last), page, false);
            text.Clear();
        }
    }

    private static bool Ends(List<Line> lines, int i)
    {
        var (line, next) = (lines[i], lines[i + 1]);
        var usual = Math.Max(line.Size, next.Size);
        return Math.Abs(line.Size - next.Size) > 0.8 || IsBold(line) != IsBold(next) || line.Y - next.Y > usual * ParagraphGap || next.Y > line.Y;
    }

    /// <summary>A word cut at the end of its line is joined; a table row or list item keeps its line.</summary>
    private static void Append(StringBuilder text, string line)
    {
        if (text.Length == 0)
            text.Append(line);
        else if (text.Length > 1 && text[^1] == '-' && char.IsLetter(text[^2]) && char.IsLower(line[0]))
            text.Remove(text.Length - 1, 1).Append(line);
        else
            text.Append(line.Contains(" | ", StringComparison.Ordinal) || IsItem(line) || LastLine(text).Contains(" | ", StringComparison.Ordinal) ? '\n' : ' ').Append(line);
    }

    private static string LastLine(StringBuilder text)
    {
        var start = text.Length;
        while (start > 0 && text[start - 1] != '\n')
            start--;
        return text.ToString(start, text.Length - start);
    }

    private static bool IsItem(string line) => line[0] is '•' or '–' or '-' or '*' or '▪' or '◦' or '●' || (char.IsDigit(line[0]) && line.IndexOf(". ", StringComparison.Ordinal) is 1 or 2);

    private static string TextOf(Line line)
    {
        var text = new StringBuilder(line.Words[0].Text);
        for (var i = 1; i < line.Words.Count; i++)
            text.Append(line.Words[i].BoundingBox.Left - line.Words[i - 1].BoundingBox.Right > line.Size * CellGap ? " | " : " ").Append(line.Words[i].Text);
        return text.ToString();
    }

    /// <summary>A line of a table of contents: it says nothing that its heading does not say again, and would be found first.</summary>
    [GeneratedRegex(@"(\.\s?){6,}\s*[0-9ivxlc]{1,5}$", RegexOptions.IgnoreCase)]
    private static partial Regex Leads();

    private static bool IsBold(Line line) => line.Words.All(w => w.FontName?.Contains("Bold", StringComparison.OrdinalIgnoreCase) == true);
}
