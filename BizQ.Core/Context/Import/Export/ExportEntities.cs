using System.Globalization;
using System.Text.Json;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Context;

public enum ExportFormat { Csv, Xlsx, Jsonl }

/// <summary>Entities as a file that is written as it is sent: it is never all in memory.</summary>
/// <param name="FileName">What it should be called.</param>
/// <param name="WriteTo">Writes it; once.</param>
public sealed record ExportedFile(string FileName, string MediaType, Func<Stream, CancellationToken, Task> WriteTo);

/// <summary>Gives out entities as a table: those a list with the same filter shows, with what their reader may see and nothing else.</summary>
public sealed class ExportEntities(FindEntities find, TimeProvider clock)
{
    /// <summary>Columns of a table; one with more is no table any more.</summary>
    public const int MostColumns = 500;

    private const int PageSize = 1_000;

    // What a sheet holds, the row of names among them.
    private const int SheetRows = 1_048_576;

    public async Task<Outcome<ExportedFile>> Run(Actor actor, FindEntitiesRequest request, ExportFormat format, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } forbidden)
            return forbidden;
        var columns = new ExportColumns(request.Type == "*");
        // A table names its columns before its first row: looked at once for the names, and once more for the rows.
        if (format != ExportFormat.Jsonl || !string.IsNullOrWhiteSpace(request.Text))
        {
            var count = 0;
            var looked = await Each(actor, request, page =>
            {
                count += page.Count;
                foreach (var entity in page)
                    columns.Add(entity);
                return Task.FromResult(format == ExportFormat.Jsonl || (columns.Names.Count <= MostColumns && (format != ExportFormat.Xlsx || count < SheetRows)));
            }, cancel);
            if (looked is { } refusal)
                return refusal;
            if (format != ExportFormat.Jsonl && columns.Names.Count > MostColumns)
                return Refusal.TooLarge("tooManyColumns", $"Together they have more than {MostColumns} fields, which no table shows. Export one type at a time, or as JSON.");
            if (format == ExportFormat.Xlsx && count >= SheetRows)
                return Refusal.TooLarge("tooManyRows", $"A sheet holds {SheetRows - 1:N0} rows. Export one type at a time, or as CSV.");
        }
        else if (await find.Run(actor, request with { Limit = 1 }, cancel) is { Refusal: { } refusal })
        {
            return refusal;
        }
        var name = $"{(request.Type == "*" ? "entities" : EntityLimits.NormalType(request.Type))}-{clock.GetUtcNow():yyyy-MM-dd}.{format.ToString().ToLowerInvariant()}";
        return new ExportedFile(name, MediaTypeOf(format), (to, stop) => Write(actor, request, format, columns, to, stop));
    }

    private async Task Write(Actor actor, FindEntitiesRequest request, ExportFormat format, ExportColumns columns, Stream to, CancellationToken cancel)
    {
        // A workbook is one zip and is written by a library that blocks; it goes through a file, the others page by page.
        await using Stream buffer = format == ExportFormat.Xlsx ? Temporary() : new MemoryStream();
        await using (TableExport table = format switch
        {
            ExportFormat.Xlsx => new SheetExport(buffer),
            ExportFormat.Csv => new CsvExport(buffer),
            _ => new JsonExport(buffer),
        })
        {
            table.Begin(columns.Names);
            await Each(actor, request, async page =>
            {
                foreach (var entity in page)
                    table.Add(columns, entity);
                if (format != ExportFormat.Xlsx)
                    await Pass(buffer, to, cancel);
                return true;
            }, cancel);
        }
        await Pass(buffer, to, cancel);
    }

    private static async Task Pass(Stream buffer, Stream to, CancellationToken cancel)
    {
        buffer.Position = 0;
        await buffer.CopyToAsync(to, cancel);
        buffer.SetLength(0);
    }

    /// <param name="page">Answers whether to go on.</param>
    private async Task<Refusal?> Each(Actor actor, FindEntitiesRequest request, Func<IReadOnlyList<Entity>, Task<bool>> page, CancellationToken cancel)
    {
        var next = request with { Cursor = null, Limit = Page<Entity>.Most, Batch = PageSize };
        while (true)
        {
            var found = await find.Run(actor, next, cancel);
            if (found.Refusal is { } refusal)
                return refusal;
            if (!await page(found.Value.Items) || found.Value.Next is not { } cursor)
                return null;
            if (!string.IsNullOrWhiteSpace(request.Text) && int.Parse(cursor, CultureInfo.InvariantCulture) > SearchContext.Deepest)
                return Refusal.TooLarge("tooManyMatches", $"More than {SearchContext.Deepest:N0} match these words, and a search looks no further. Use more words, or export the whole type.");
            next = next with { Cursor = cursor };
        }
    }

    private static FileStream Temporary() =>
        new(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 64 * 1024, FileOptions.DeleteOnClose);

    private static string MediaTypeOf(ExportFormat format) => format switch
    {
        ExportFormat.Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ExportFormat.Csv => "text/csv; charset=utf-8",
        _ => "application/jsonl; charset=utf-8",
    };
}

/// <summary>The columns of exported entities: the fields of their data, and their type, key and name where the data does not say them.</summary>
internal sealed class ExportColumns(bool withType)
{
    private readonly List<string> _fields = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private bool _withKey;
    private bool _withName;

    public bool WithType => withType;

    public IReadOnlyList<string> Fields => _fields;

    public bool WithKey => _withKey && !_known.Contains("key");

    public bool WithName => _withName && !_known.Contains("name");

    public IReadOnlyList<string> Names => [.. withType && !_known.Contains("type") ? ["type"] : Array.Empty<string>(), .. WithKey ? ["key"] : Array.Empty<string>(), .. WithName ? ["name"] : Array.Empty<string>(), .. _fields];

    public void Add(Entity entity)
    {
        foreach (var property in entity.Data.EnumerateObject())
        {
            if (_known.Add(property.Name))
                _fields.Add(property.Name);
        }
        _withKey |= entity.Key is { } key && key != EntityText.KeyOf(entity.Type, entity.Data);
        _withName |= entity.Name != EntityText.NameOf(entity.Type, entity.Data);
    }

    /// <summary>The cells of one entity, in the order of the names; undefined for an empty one.</summary>
    public IEnumerable<JsonElement> Of(Entity entity)
    {
        if (withType && !_known.Contains("type"))
            yield return Json.Element(entity.Type);
        if (WithKey)
            yield return entity.Key is { } key ? Json.Element(key) : default;
        if (WithName)
            yield return Json.Element(entity.Name);
        foreach (var field in _fields)
            yield return entity.Data.TryGetProperty(field, out var value) ? value : default;
    }
}
