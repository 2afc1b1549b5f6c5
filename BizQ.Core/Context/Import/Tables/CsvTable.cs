using System.Globalization;
using BizQ.Core.Context.Parsing;
using CsvHelper;
using CsvHelper.Configuration;

namespace BizQ.Core.Context;

/// <summary>Comma-separated values, or separated by semicolons, tabs or bars, in UTF-8, UTF-16 or as Windows writes.</summary>
internal static class CsvTable
{
    private static readonly char[] Delimiters = [',', ';', '\t', '|'];

    // Records that are looked at to tell the delimiter and the row of names.
    private const int Looked = 20;

    public static Outcome<ImportFile> Open(string fileName, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        var (text, notes) = PlainText.Decode(content.Span);
        var delimiter = DelimiterOf(text);
        var first = Records(fileName, text, delimiter, cancel).Take(Looked).ToList();
        if (first.FirstOrDefault(r => !r.Ok) is { Refusal: { } broken })
            return broken;
        if (HeaderOf([.. first.Select(r => r.Value)]) is not { } header)
            return Refusal.Invalid("noRows", $"{fileName} is empty. Its first row should hold the names of the columns, and each row after it one thing.");
        var columns = ImportFile.ColumnsOf(fileName, [.. header.Cells.Select(c => c.Text)]);
        if (columns.Refusal is { } refusal)
            return refusal;
        var rows = Records(fileName, text, delimiter, cancel).Where(r => !r.Ok || (r.Value.Number > header.Number && !r.Value.IsEmpty));
        return new ImportFile(ImportFormat.Csv, columns.Value, rows, [], () => notes.Count > 0 ? string.Join(' ', notes) : null, delimiter == ';');
    }

    /// <summary>The row of names: the first with two cells or more, because a line that fills one column is a title above the table.</summary>
    internal static ImportRow? HeaderOf(IReadOnlyList<ImportRow> first) =>
        first.FirstOrDefault(row => row.Cells.Count(cell => !cell.IsEmpty) > 1) ?? first.FirstOrDefault(row => !row.IsEmpty);

    private static IEnumerable<Outcome<ImportRow>> Records(string fileName, string text, char delimiter, CancellationToken cancel)
    {
        using var csv = new CsvParser(new StringReader(text), new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = delimiter.ToString(),
            BadDataFound = null,
            IgnoreBlankLines = false,
            MaxFieldSize = 0,
        });
        while (csv.Read())
        {
            cancel.ThrowIfCancellationRequested();
            if (csv.Count > ImportLimits.Columns)
            {
                yield return ImportLimits.TooManyColumns(fileName);
                yield break;
            }
            yield return new ImportRow(csv.Row, [.. (csv.Record ?? []).Select(cell => new ImportCell(cell))]);
        }
    }

    /// <summary>The sign that cuts the first records into the same number of cells, more than one, most often.</summary>
    private static char DelimiterOf(string text)
    {
        // A record of the beginning may be cut; with the last of them left out it does not count.
        var start = text[..Math.Min(text.Length, 64 * 1024)];
        return Delimiters.MaxBy(sign =>
        {
            var counts = Records("", start, sign, CancellationToken.None).Take(Looked).Where(r => r.Ok && !r.Value.IsEmpty).Select(r => r.Value.Cells.Count).ToList();
            if (counts.Count == 0)
                return 0;
            var usual = counts.GroupBy(n => n).MaxBy(g => (g.Count(), g.Key))!;
            return usual.Key < 2 ? 0 : (double)usual.Count() / counts.Count * (1 + (Math.Min(usual.Key, 50) / 100.0));
        });
    }
}
