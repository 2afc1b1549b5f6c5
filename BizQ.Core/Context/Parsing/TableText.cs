using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace BizQ.Core.Context.Parsing;

/// <summary>Comma-separated values: every passage has the row of column names above its rows.</summary>
internal static class TableText
{
    private static readonly char[] Delimiters = [',', ';', '\t', '|'];

    // Lines that are looked at to tell the delimiter.
    private const int Looked = 20;

    public static Outcome<ParsedDocument> Read(string fileName, ReadOnlySpan<byte> content, CancellationToken cancel)
    {
        var (text, notes) = PlainText.Decode(content);
        if (text.Length > ReadLimits.Characters)
            return ReadFile.TooLong(fileName);
        var rows = new TableRows(fileName);
        using var csv = new CsvParser(new StringReader(text), new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = DelimiterOf(text).ToString(),
            BadDataFound = null,
            MaxFieldSize = ReadLimits.Characters,
        });
        while (csv.Read())
        {
            cancel.ThrowIfCancellationRequested();
            rows.Add(csv.Record ?? []);
            if (rows.Full is { } full)
                return full;
        }
        rows.End();
        return new ParsedDocument(FileKinds.MediaTypeOf(FileKind.Table), null, rows.Blocks) { Notes = notes };
    }

    /// <summary>The sign that stands most evenly in the first lines; German programs write semicolons.</summary>
    private static char DelimiterOf(string text)
    {
        var lines = text.Split('\n', Looked + 1).Take(Looked).Where(line => line.Length > 0).ToList();
        return Delimiters.MaxBy(sign => lines.Count == 0 ? 0 : lines.Min(line => line.Count(c => c == sign)));
    }
}
