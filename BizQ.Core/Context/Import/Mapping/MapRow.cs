using System.Buffers;
using System.Text.Json;

namespace BizQ.Core.Context;

/// <summary>What is wrong with one cell, or with its row (no column).</summary>
public sealed record RowProblem(string? Column, string? Value, string Message);

/// <summary>A row as it would be stored; without a request where something is wrong with it.</summary>
internal sealed record MappedRow(int Number, WriteEntityRequest? Request, JsonElement Data, string? Key, IReadOnlyList<RowProblem> Problems);

/// <summary>Makes what is said about an entity of a row, or says everything that is wrong with the row. Pure.</summary>
internal sealed class MapRow(EntityImport import, ImportMapping mapping, IReadOnlyList<string> columns, DateTimeOffset observed)
{
    // As much of a cell as helps to find it.
    private const int ShownValue = 200;

    private readonly string _type = EntityLimits.NormalType(mapping.Type);
    private readonly List<(int Place, ColumnMapping Column)> _fields = [.. mapping.Columns.Where(c => c.Field is not null).Select(c => (Place(columns, c.Column), c))];
    private readonly int _key = mapping.KeyColumn is { } key ? Place(columns, key) : -1;

    public MappedRow Of(ImportRow row)
    {
        List<RowProblem> problems = [];
        var data = DataOf(row, problems);
        string? key = null;
        if (_key >= 0)
        {
            key = ConvertCell.TextOf(row[_key]);
            if (key.Length == 0)
                problems.Add(new RowProblem(mapping.KeyColumn, null, "It has no key, so that it could not be found again."));
            else if (key.Length > EntityLimits.KeyLength)
                problems.Add(new RowProblem(mapping.KeyColumn, Cut(key), $"A key has at most {EntityLimits.KeyLength} characters."));
        }
        if (problems.Count > 0)
            return new MappedRow(row.Number, null, data, key, problems);
        var request = new WriteEntityRequest(null, _type, null, key, data, SourceKind.Import, $"{import.FileName}, row {row.Number}", ObservedAt: observed) { Place = new SourcePlace(import.Id) };
        problems.AddRange(EntityLimits.ProblemsOf(request).Select(p => new RowProblem(null, null, p.Message)));
        if (problems.Count == 0 && data.GetPropertyCount() == 0)
            problems.Add(new RowProblem(null, null, "All of its cells that are taken in are empty."));
        return new MappedRow(row.Number, problems.Count == 0 ? request : null, data, key ?? EntityText.KeyOf(_type, data), problems);
    }

    private JsonElement DataOf(ImportRow row, List<RowProblem> problems)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = Json.Options.Encoder }))
        {
            writer.WriteStartObject();
            foreach (var (place, column) in _fields)
            {
                var cell = row[place];
                if (ConvertCell.Of(cell, column, out var value) is { } wrong)
                {
                    problems.Add(new RowProblem(column.Column, Cut(cell.Shown), wrong));
                    continue;
                }
                if (value.ValueKind == JsonValueKind.Undefined)
                    continue;
                writer.WritePropertyName(column.Field!);
                value.WriteTo(writer);
            }
            writer.WriteEndObject();
        }
        return JsonElement.Parse(bytes.WrittenSpan);
    }

    private static int Place(IReadOnlyList<string> columns, string column)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i] == column)
                return i;
        }
        throw new InvalidOperationException($"The mapping names a column that the file has not: {column}.");
    }

    internal static string Cut(string text) => Mail.Reading.CleanText.Line(text.Length <= ShownValue ? text : $"{text[..(ShownValue - 1)]}…", ShownValue);
}
