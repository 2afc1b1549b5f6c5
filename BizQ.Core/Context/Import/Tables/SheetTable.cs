using BizQ.Core.Context.Parsing;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;

namespace BizQ.Core.Context;

/// <summary>One visible sheet of an Excel workbook, row by row, as its reader sees it: values and not formulas, and without hidden rows.</summary>
internal static class SheetTable
{
    // Rows that are looked at to find the row of names.
    private const int Looked = 20;

    public static Outcome<ImportFile> Open(string fileName, ReadOnlyMemory<byte> content, string? sheet, CancellationToken cancel)
    {
        try
        {
            if (ZipFiles.Check(fileName, content, cancel) is { } bomb)
                return bomb;
            return Look(fileName, content, sheet, cancel);
        }
        catch (Exception problem) when (IsBroken(problem))
        {
            return Damaged(fileName);
        }
    }

    private static Outcome<ImportFile> Look(string fileName, ReadOnlyMemory<byte> content, string? wanted, CancellationToken cancel)
    {
        var sheets = SheetsOf(content);
        if (sheets.Count == 0)
            return ImportLimits.Broken(fileName, "it has no visible sheet.");
        var sheet = wanted ?? sheets[0];
        if (!sheets.Contains(sheet))
            return Refusal.Invalid("noSuchSheet", $"{fileName} has no visible sheet called {Mail.Reading.CleanText.Line(sheet, 40)}. It has: {string.Join(", ", sheets)}.");
        var hid = false;
        var first = Guarded(fileName, RowsOf(content, sheet, () => { }, cancel)).Take(Looked).ToList();
        if (first.FirstOrDefault(r => !r.Ok) is { Refusal: { } broken })
            return broken;
        if (CsvTable.HeaderOf([.. first.Select(r => r.Value)]) is not { } header)
            return new ImportFile(ImportFormat.Sheet, [], [], sheets, () => null, CommaDecimals: false);
        var columns = ImportFile.ColumnsOf(fileName, [.. header.Cells.Select(c => c.Text)]);
        if (columns.Refusal is { } refusal)
            return refusal;
        var rows = Guarded(fileName, RowsOf(content, sheet, () => hid = true, cancel)).Where(r => !r.Ok || (r.Value.Number > header.Number && !r.Value.IsEmpty));
        return new ImportFile(ImportFormat.Sheet, columns.Value, rows, sheets, () => hid ? "Hidden rows were left out." : null, CommaDecimals: false);
    }

    private static List<string> SheetsOf(ReadOnlyMemory<byte> content)
    {
        using var stream = ZipFiles.Opened(content);
        using var book = Opened(stream);
        return [.. (book.WorkbookPart?.Workbook?.Sheets?.Elements<Sheet>() ?? [])
            .Where(s => s.State is not { } state || state.Value == SheetStateValues.Visible).Select(s => s.Name?.Value ?? "").Where(name => name.Length > 0)];
    }

    // Row by row: a sheet as a tree takes twenty times its size.
    private static IEnumerable<ImportRow> RowsOf(ReadOnlyMemory<byte> content, string sheet, Action hidden, CancellationToken cancel)
    {
        using var stream = ZipFiles.Opened(content);
        using var book = Opened(stream);
        var part = book.WorkbookPart!;
        if (part.Workbook!.Sheets!.Elements<Sheet>().First(s => s.Name?.Value == sheet).Id?.Value is not { } id || part.GetPartById(id) is not WorksheetPart worksheet)
            yield break;
        var cells = SheetCells.Of(part);
        using var reader = OpenXmlReader.Create(worksheet);
        var number = 0;
        while (reader.Read())
        {
            cancel.ThrowIfCancellationRequested();
            if (!reader.IsStartElement || reader.ElementType != typeof(Row))
                continue;
            var row = (Row)reader.LoadCurrentElement()!;
            number = (int?)row.RowIndex?.Value ?? number + 1;
            if (row.Hidden?.Value == true)
            {
                hidden();
                continue;
            }
            yield return new ImportRow(number, [.. cells.Of(row).Select(cell => new ImportCell(cell))]);
        }
    }

    private static SpreadsheetDocument Opened(MemoryStream stream) =>
        SpreadsheetDocument.Open(stream, isEditable: true, new OpenSettings { AutoSave = false, MaxCharactersInPart = ReadLimits.UnpackedBytes });

    /// <summary>A sheet that is damaged further down gives its rows up to there, and then says so.</summary>
    private static IEnumerable<Outcome<ImportRow>> Guarded(string fileName, IEnumerable<ImportRow> rows)
    {
        using var each = rows.GetEnumerator();
        while (true)
        {
            Outcome<ImportRow>? next = null;
            try
            {
                if (each.MoveNext())
                    next = each.Current;
            }
            catch (Exception problem) when (IsBroken(problem))
            {
                next = Damaged(fileName);
            }
            if (next is not { } row)
                yield break;
            yield return row;
            if (!row.Ok)
                yield break;
        }
    }

    // The library has no one way to say that a file is not what it should be.
    private static bool IsBroken(Exception problem) => problem is not (OutOfMemoryException or OperationCanceledException);

    private static Refusal Damaged(string fileName) =>
        ImportLimits.Broken(fileName, "it is damaged, or not what its name says. Open it in its own program, save it anew and import that.");
}
