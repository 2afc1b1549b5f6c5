using System.Buffers;
using System.Text;
using System.Text.Json;

namespace BizQ.Core.Context;

/// <summary>Writes a table of entities into a stream, in one format. What a table program would take for a formula is made harmless; numbers stay numbers.</summary>
internal abstract class TableExport : IAsyncDisposable
{
    public abstract void Begin(IReadOnlyList<string> names);

    public abstract void Add(ExportColumns columns, Entity entity);

    public abstract ValueTask DisposeAsync();

    /// <summary>As a cell says it.</summary>
    protected static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => "",
        JsonValueKind.String => Neutral.Of(value.GetString()!),
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        _ => value.GetRawText(),
    };
}

internal sealed class CsvExport : TableExport
{
    private static readonly SearchValues<char> Signs = SearchValues.Create(",;\"\r\n\t");

    private readonly StreamWriter _writer;

    // Excel reads UTF-8 only where a mark says so.
    public CsvExport(Stream stream) => _writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true) { AutoFlush = false };

    public static string Cell(string text) => Quoted(Neutral.Of(text));

    public override void Begin(IReadOnlyList<string> names) => Line(names.Select(Cell));

    public override void Add(ExportColumns columns, Entity entity)
    {
        Line(columns.Of(entity).Select(value => Quoted(TextOf(value))));
        _writer.Flush();
    }

    public override ValueTask DisposeAsync() => _writer.DisposeAsync();

    private void Line(IEnumerable<string> cells)
    {
        _writer.Write(string.Join(',', cells));
        _writer.Write("\r\n");
    }

    private static string Quoted(string text) =>
        text.AsSpan().IndexOfAny(Signs) >= 0 || text.StartsWith(' ') || text.EndsWith(' ') ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}

internal sealed class JsonExport(Stream stream) : TableExport
{
    private static readonly JsonWriterOptions Options = new() { Encoder = Json.Options.Encoder };

    public override void Begin(IReadOnlyList<string> names) { }

    public override void Add(ExportColumns columns, Entity entity)
    {
        using (var writer = new Utf8JsonWriter(stream, Options))
        {
            writer.WriteStartObject();
            if (columns.WithType && !entity.Data.TryGetProperty("type", out _))
                writer.WriteString("type", entity.Type);
            if (entity.Key is { } key && key != EntityText.KeyOf(entity.Type, entity.Data))
                writer.WriteString("key", key);
            foreach (var property in entity.Data.EnumerateObject())
                property.WriteTo(writer);
            writer.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
