using System.Globalization;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;

namespace BizQ.Core.Context.Parsing;

/// <summary>The cells of a row as text, as the workbook's reader sees them: dates as dates, values and not formulas.</summary>
internal sealed class SheetCells(List<string> strings, HashSet<uint> dates, bool since1904)
{
    // Columns further right are an accident of formatting.
    private const int Most = 200;

    // The last day a workbook knows, 31 December 9999.
    private const double LastDay = 2_958_465;

    private const int Days1904 = 1_462;

    public List<string> Of(Row row)
    {
        List<string> cells = [];
        foreach (var cell in row.Elements<Cell>())
        {
            // Empty cells are not written: the reference says which column it is.
            var column = ColumnOf(cell.CellReference?.Value) ?? cells.Count;
            if (column >= Most)
                break;
            while (cells.Count < column)
                cells.Add("");
            cells.Add(TextOf(cell));
        }
        return cells;
    }

    private string TextOf(Cell cell)
    {
        var value = cell.CellValue?.Text ?? "";
        var type = cell.DataType?.Value;
        if (type == CellValues.SharedString)
            return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at < strings.Count ? strings[at] : "";
        if (type == CellValues.InlineString)
            return cell.InlineString is { } inline ? TextOf(inline) : "";
        if (type == CellValues.Boolean)
            return value == "1" ? "yes" : "no";
        if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return value;
        var days = number + (since1904 ? Days1904 : 0);
        if (!dates.Contains(cell.StyleIndex?.Value ?? 0) || days is < 1 or > LastDay)
            return Math.Abs(number) < 1e15 ? number.ToString("0.##########", CultureInfo.InvariantCulture) : value;
        var time = DateTime.FromOADate(days);
        return time.ToString(time.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
    }

    private static int? ColumnOf(string? reference)
    {
        var column = 0;
        foreach (var letter in (reference ?? "").TakeWhile(char.IsAsciiLetterUpper).Take(4))
            column = (column * 26) + letter - 'A' + 1;
        return column == 0 ? null : column - 1;
    }

    public static SheetCells Of(WorkbookPart part) =>
        new(Strings(part), Dates(part.WorkbookStylesPart?.Stylesheet), part.Workbook?.WorkbookProperties?.Date1904?.Value == true);

    private static List<string> Strings(WorkbookPart part)
    {
        List<string> strings = [];
        if (part.SharedStringTablePart is not { } table)
            return strings;
        using var reader = OpenXmlReader.Create(table);
        while (reader.Read())
        {
            if (reader.IsStartElement && reader.ElementType == typeof(SharedStringItem))
                strings.Add(TextOf((SharedStringItem)reader.LoadCurrentElement()!));
        }
        return strings;
    }

    // Without the small print above Japanese words.
    private static string TextOf(OpenXmlElement item) => string.Concat(item.Descendants<Text>().Where(text => text.Parent is not PhoneticRun).Select(text => text.Text));

    /// <summary>The styles whose numbers are days. A date is a number like any other; only its format tells.</summary>
    private static HashSet<uint> Dates(Stylesheet? styles)
    {
        var own = (styles?.NumberingFormats?.Elements<NumberingFormat>() ?? []).Where(f => f.NumberFormatId?.Value is not null)
            .GroupBy(f => f.NumberFormatId!.Value).ToDictionary(g => g.Key, g => g.First().FormatCode?.Value ?? "");
        HashSet<uint> dates = [];
        var index = 0u;
        foreach (var format in styles?.CellFormats?.Elements<CellFormat>() ?? [])
        {
            var id = format.NumberFormatId?.Value ?? 0;
            if (id is >= 14 and <= 17 or 22 || (own.TryGetValue(id, out var code) && code.Contains('y', StringComparison.OrdinalIgnoreCase) && code.Contains('m', StringComparison.OrdinalIgnoreCase)))
                dates.Add(index);
            index++;
        }
        return dates;
    }
}
