using System.Buffers;
using System.Text.Json;

namespace BizQ.Core.Context;

public enum ImportFormat { Csv, Sheet, Json }

/// <summary>One value of a row: text, or of a JSON file its value.</summary>
internal readonly record struct ImportCell(string Text, JsonElement? Value = null)
{
    public bool IsEmpty => Value is { } value
        ? value.ValueKind is JsonValueKind.Null || (value.ValueKind is JsonValueKind.String && string.IsNullOrWhiteSpace(value.GetString()))
        : string.IsNullOrWhiteSpace(Text);

    /// <summary>As people are shown it.</summary>
    public string Shown => Value is { } value ? value.ValueKind is JsonValueKind.String ? value.GetString()! : value.GetRawText() : Text;
}

/// <param name="Number">As the file's own program counts it, from 1, the row of column names too.</param>
/// <param name="Cells">One for each column of the file, in their order; missing ones at the end are left out.</param>
internal sealed record ImportRow(int Number, IReadOnlyList<ImportCell> Cells)
{
    public ImportCell this[int column] => column < Cells.Count ? Cells[column] : new ImportCell("");

    public bool IsEmpty => Cells.All(cell => cell.IsEmpty);
}

/// <summary>A file as columns and rows. The rows are read as they are asked for; what is wrong further down ends them with a refusal.</summary>
/// <param name="Sheets">The names to choose from; empty for a file without sheets.</param>
/// <param name="Note">How it was read, where that was a guess or something was left out; known once all rows are read.</param>
/// <param name="CommaDecimals">12,5 is more likely a number than a list: so write those who write semicolons between columns.</param>
internal sealed record ImportFile(ImportFormat Format, IReadOnlyList<string> Columns, IEnumerable<Outcome<ImportRow>> Rows, IReadOnlyList<string> Sheets, Func<string?> Note, bool CommaDecimals)
{
    // White space, and the mark some programs begin UTF-8 with.
    private static readonly SearchValues<byte> Blank = SearchValues.Create([(byte)' ', (byte)'\t', (byte)'\r', (byte)'\n', 0xEF, 0xBB, 0xBF]);

    public static Outcome<ImportFormat> FormatOf(string fileName, ReadOnlySpan<byte> content)
    {
        var ending = Path.GetExtension(fileName).ToLowerInvariant();
        if (content.StartsWith("PK\u0003\u0004"u8))
            return Parsing.ZipFiles.KindOf(content) == Parsing.FileKind.Sheet ? ImportFormat.Sheet : NotATable(fileName);
        var kind = Parsing.FileKinds.Of(fileName, null, content);
        if (kind.Refusal is { } refusal)
            return ending == ".xlsx" ? refusal : NotATable(fileName);
        if (kind.Value is not (Parsing.FileKind.Table or Parsing.FileKind.Text))
            return NotATable(fileName);
        return ending is ".json" or ".jsonl" or ".ndjson" || (ending is not (".csv" or ".tsv") && StartsAsJson(content)) ? ImportFormat.Json : ImportFormat.Csv;
    }

    /// <param name="sheet">Null for the first.</param>
    public static Outcome<ImportFile> Open(string fileName, ImportFormat format, ReadOnlyMemory<byte> content, string? sheet, CancellationToken cancel) => format switch
    {
        ImportFormat.Sheet => SheetTable.Open(fileName, content, sheet, cancel),
        ImportFormat.Json => JsonTable.Open(fileName, content, cancel),
        _ => CsvTable.Open(fileName, content, cancel),
    };

    /// <summary>How many rows there are, or what is wrong with one of them or with their number.</summary>
    public Outcome<int> Count(string fileName, CancellationToken cancel)
    {
        var count = 0;
        foreach (var row in Rows)
        {
            cancel.ThrowIfCancellationRequested();
            if (row.Refusal is { } refusal)
                return refusal;
            if (++count > ImportLimits.Rows)
                return ImportLimits.TooManyRows(fileName);
        }
        return count;
    }

    /// <summary>Names for columns: none is empty and none is there twice.</summary>
    public static Outcome<IReadOnlyList<string>> ColumnsOf(string fileName, IReadOnlyList<string> header)
    {
        if (header.Count > ImportLimits.Columns)
            return ImportLimits.TooManyColumns(fileName);
        List<string> names = [];
        foreach (var given in header)
        {
            var name = Mail.Reading.CleanText.Line(given, EntityLimits.FieldNameLength);
            if (name.Length == 0)
                name = $"Column {names.Count + 1}";
            var unique = name;
            for (var i = 2; names.Contains(unique, StringComparer.OrdinalIgnoreCase); i++)
                unique = $"{name} {i}";
            names.Add(unique);
        }
        return names;
    }

    private static bool StartsAsJson(ReadOnlySpan<byte> content)
    {
        var at = content.IndexOfAnyExcept(Blank);
        return at >= 0 && content[at] is (byte)'{' or (byte)'[';
    }

    private static Refusal NotATable(string fileName) => new(RefusalKind.Unsupported, "notATable",
        $"{fileName} is not a table. Import CSV, an Excel workbook (.xlsx) or JSON; texts are uploaded under Documents.");
}
