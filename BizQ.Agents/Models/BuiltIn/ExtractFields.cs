using System.Text.Json;
using System.Text.Json.Nodes;
using BizQ.Agents.Models.Recognisers;
using BizQ.Core;

namespace BizQ.Agents.Models.BuiltIn;

/// <summary>Where in the text a value was read: its JSON pointer in the output and the words it stands in.</summary>
public sealed record FieldSource(string Pointer, int Start, int Length, string Text);

public sealed record Extracted(JsonElement Output, IReadOnlyList<FieldSource> Sources);

/// <summary>
/// Fills a JSON Schema from a text with recognisers. A field gets a value that stands in the text and fits it, or null: what is
/// not there, or could be several things, is never guessed.
/// </summary>
public sealed class ExtractFields(TimeProvider clock)
{
    private const int MaxFields = 200;
    private const int MaxItems = 100;

    public JsonElement Run(string text, JsonElement schema, CancellationToken cancel) => Find(text, schema, cancel).Output;

    public Extracted Find(string text, JsonElement schema, CancellationToken cancel)
    {
        if (text.Length > Words.MaxCharacters)
            text = text[..Words.MaxCharacters];
        var fields = SchemaFields.Of(schema, MaxFields);
        var taken = FieldChoice.Choose(fields, text, DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime), cancel);
        var root = (JsonObject)SchemaFields.Empty(schema);
        var sources = new List<FieldSource>();
        foreach (var (field, found) in taken)
            Put(root, field, field.Many ? [.. found.Take(MaxItems)] : [found[0]], sources);
        return new Extracted(Json.Element(root), sources);
    }

    private static void Put(JsonObject root, SchemaField field, IReadOnlyList<Found> found, List<FieldSource> sources)
    {
        var parent = root;
        foreach (var name in field.Path.SkipLast(1))
            parent = (JsonObject)parent[name]!;
        var pointer = string.Concat(field.Path.Select(name => "/" + name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)));
        parent[field.Path[^1]] = field.Many
            ? new JsonArray([.. found.Select(f => JsonNode.Parse(f.Value.GetRawText()))])
            : JsonNode.Parse(found[0].Value.GetRawText());
        sources.AddRange(found.Select((f, i) => new FieldSource(field.Many ? $"{pointer}/{i}" : pointer, f.Start, f.Length, f.Text)));
    }
}
