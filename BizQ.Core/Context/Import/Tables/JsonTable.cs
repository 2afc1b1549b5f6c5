using System.Text.Json;
using BizQ.Core.Context.Parsing;

namespace BizQ.Core.Context;

/// <summary>A list of JSON objects, alone or as the only list of an object, or one object on each line.</summary>
internal static class JsonTable
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = Core.Json.MaxDepth };

    private static readonly string[] Wrappers = ["items", "data", "results", "rows", "records", "value", "entities"];

    public static Outcome<ImportFile> Open(string fileName, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        var (text, notes) = PlainText.Decode(content.Span);
        var read = Items(fileName, text);
        if (read.Refusal is { } broken)
            return broken;
        Dictionary<string, int> places = new(StringComparer.Ordinal);
        var count = 0;
        foreach (var item in read.Value)
        {
            cancel.ThrowIfCancellationRequested();
            if (++count > ImportLimits.Rows)
                return ImportLimits.TooManyRows(fileName);
            if (item.ValueKind != JsonValueKind.Object)
                return ImportLimits.Broken(fileName, $"item {count} is not an object. Each should be one thing: {{ \"name\": \"…\" }}.");
            if (!EntityLimits.Clean(item))
                return ImportLimits.Broken(fileName, $"item {count} holds a null character or half of a surrogate pair, which no database keeps.");
            foreach (var property in item.EnumerateObject())
                places.TryAdd(property.Name, places.Count);
            if (places.Count > ImportLimits.Columns)
                return ImportLimits.TooManyColumns(fileName);
        }
        if (count == 0)
            return Refusal.Invalid("noRows", $"{fileName} holds no objects. It should be a list of objects, or one object on each line.");
        var names = ImportFile.ColumnsOf(fileName, [.. places.OrderBy(p => p.Value).Select(p => p.Key)]);
        return names.Refusal is { } refusal
            ? refusal
            : new ImportFile(ImportFormat.Json, names.Value, Rows(read.Value, places), [], () => notes.Count > 0 ? string.Join(' ', notes) : null, CommaDecimals: false);
    }

    private static IEnumerable<Outcome<ImportRow>> Rows(IReadOnlyList<JsonElement> items, Dictionary<string, int> places)
    {
        for (var i = 0; i < items.Count; i++)
        {
            var cells = new ImportCell[places.Count];
            Array.Fill(cells, new ImportCell(""));
            foreach (var property in items[i].EnumerateObject())
                cells[places[property.Name]] = new ImportCell("", property.Value);
            var row = new ImportRow(i + 1, cells);
            if (!row.IsEmpty)
                yield return row;
        }
    }

    private static Outcome<IReadOnlyList<JsonElement>> Items(string fileName, string text)
    {
        var start = text.AsSpan().TrimStart();
        try
        {
            if (start.Length > 0 && start[0] == '[')
                return JsonElement.Parse(text, Options).EnumerateArray().ToList();
            return Whole(text) is { } whole ? whole : Lines(fileName, text);
        }
        catch (JsonException broken)
        {
            return ImportLimits.Broken(fileName, $"it is not JSON (line {(broken.LineNumber ?? 0) + 1}). It should be a list of objects, or one object on each line.");
        }
    }

    /// <summary>{ "items": [ … ] }, as APIs answer; null when the text is not one object around one list.</summary>
    private static List<JsonElement>? Whole(string text)
    {
        // Several lines that each begin an object are no one object; parsing would tell only at the second.
        JsonElement root;
        try
        {
            root = JsonElement.Parse(text, Options);
        }
        catch (JsonException)
        {
            return null;
        }
        if (root.ValueKind != JsonValueKind.Object)
            return null;
        var lists = root.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Array && p.Value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object)).ToList();
        // An order with its items is one thing; what says nothing but a list, or calls it so, is the list.
        return lists is [var only] && only.Value.GetArrayLength() > 0 && (root.GetPropertyCount() == 1 || Wrappers.Contains(only.Name) && root.GetPropertyCount() <= 4 && !root.EnumerateObject().Any(p => p.Name is "name" or "number" or "id"))
            ? [.. only.Value.EnumerateArray()]
            : [root];
    }

    private static Outcome<IReadOnlyList<JsonElement>> Lines(string fileName, string text)
    {
        List<JsonElement> items = [];
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (line.IsWhiteSpace())
                continue;
            try
            {
                items.Add(JsonElement.Parse(line, Options));
            }
            catch (JsonException)
            {
                return ImportLimits.Broken(fileName, $"line {number} is not one JSON object. It should be a list of objects, or one object on each line.");
            }
            if (items.Count > ImportLimits.Rows)
                return ImportLimits.TooManyRows(fileName);
        }
        return items;
    }
}
