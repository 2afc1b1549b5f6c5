using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;

namespace BizQ.Core.Context.Parsing;

/// <summary>A workbook sheet by sheet, as its reader sees it: values, not formulas; hidden sheets and rows are left out.</summary>
internal static class SheetText
{
    public static Outcome<ParsedDocument> Read(string fileName, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        if (ZipFiles.Check(fileName, content, cancel) is { } refusal)
            return refusal;
        using var stream = ZipFiles.Opened(content);
        using var book = SpreadsheetDocument.Open(stream, isEditable: true, new OpenSettings { AutoSave = false, MaxCharactersInPart = ReadLimits.UnpackedBytes });
        if (book.WorkbookPart is not { Workbook.Sheets: { } sheets } part)
            return Refusal.Invalid("brokenFile", $"{fileName} has no sheets. Open it in its own program, save it anew and upload that.");
        var cells = SheetCells.Of(part);
        var rows = new TableRows(fileName);
        var hid = false;
        foreach (var sheet in sheets.Elements<Sheet>())
        {
            if (sheet.State is { } state && state.Value != SheetStateValues.Visible)
            {
                hid = true;
                continue;
            }
            if (sheet.Id?.Value is not { } id || part.GetPartById(id) is not WorksheetPart worksheet)
                continue;
            rows.Begin(sheet.Name?.Value);
            if (Add(rows, worksheet, cells, ref hid, cancel) is { } full)
                return full;
        }
        rows.End();
        return new ParsedDocument(FileKinds.MediaTypeOf(FileKind.Sheet), book.PackageProperties.Title, rows.Blocks) { Notes = hid ? ["Hidden sheets and rows were left out."] : [] };
    }

    // Row by row: a sheet as a tree takes twenty times its size.
    private static Refusal? Add(TableRows rows, WorksheetPart sheet, SheetCells cells, ref bool hid, CancellationToken cancel)
    {
        using var reader = OpenXmlReader.Create(sheet);
        while (reader.Read())
        {
            cancel.ThrowIfCancellationRequested();
            if (!reader.IsStartElement || reader.ElementType != typeof(Row))
                continue;
            var row = (Row)reader.LoadCurrentElement()!;
            if (row.Hidden?.Value == true)
            {
                hid |= row.HasChildren;
                continue;
            }
            rows.Add(cells.Of(row));
            if (rows.Full is { } full)
                return full;
        }
        return null;
    }
}
