using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BizQ.Agents.Models;
using BizQ.Agents.Models.BuiltIn;
using BizQ.Agents.Models.Recognisers;
using BizQ.Core;
using BizQ.Core.Context;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Interviews;

/// <summary>
/// Values by the connected model, or by the recognisers where none is; sentences by answering from the pieces. A value that a model
/// says and that does not stand in a piece is not taken.
/// </summary>
public sealed partial class ReadValues(ModelRouter router, ExtractFields extract, ILogger<ReadValues> log) : IReadValues
{
    /// <summary>How sure a value is that stands beside its own name: "Opening hours: 9 to 17".</summary>
    private const double Labelled = 0.9;

    private const double Somewhere = 0.5;

    /// <summary>What a model is given of the pieces at once, in characters.</summary>
    private const int MostInput = 30_000;

    private const int LabelLength = 60;

    public async Task<IReadOnlyList<ValueFound>> Read(Guid workspaceId, IReadOnlyList<ValueAsked> asked, IReadOnlyList<TextPiece> pieces, CancellationToken cancel)
    {
        List<ValueFound> found = [];
        if (pieces.Count == 0)
            return found;
        var byModel = router.Order(ModelTaskKind.Extract)[0] != ModelUse.BuiltIn;
        foreach (var of in asked.Where(a => !a.Prose).GroupBy(a => a.Thing))
        {
            var values = of.DistinctBy(a => a.Field).ToList();
            var about = About(of.Key, pieces);
            found.AddRange(byModel ? await ByModel(workspaceId, of.Key, values, about, pieces, cancel) : about.SelectMany(piece => ByRecognisers(values, piece, pieces[piece].Text, cancel)));
        }
        foreach (var sentence in asked.Where(a => a.Prose))
        {
            if (await Answered(workspaceId, sentence, About(sentence.Thing, pieces), pieces, cancel) is { } answer)
                found.Add(answer);
        }
        return found;
    }

    /// <summary>The pieces that may speak of a thing: those that name it; all of them where it is the business itself.</summary>
    private static List<int> About(string? thing, IReadOnlyList<TextPiece> pieces)
    {
        var name = thing is null ? [] : Words.Content(thing).Select(w => w.Stem).ToHashSet(StringComparer.Ordinal);
        return [.. Enumerable.Range(0, pieces.Count).Where(i => pieces[i].PassageId is null || name.IsSubsetOf(Words.Content($"{pieces[i].Title} {pieces[i].Text}").Select(w => w.Stem)))];
    }

    private IEnumerable<ValueFound> ByRecognisers(List<ValueAsked> asked, int piece, string text, CancellationToken cancel)
    {
        var schema = SchemaOf(asked);
        var read = extract.Find(text, schema, cancel);
        foreach (var one in asked)
        {
            var words = schema.GetProperty("properties").GetProperty(one.Field);
            var source = read.Sources.FirstOrDefault(s => s.Pointer == $"/{one.Field}" || s.Pointer.StartsWith($"/{one.Field}/", StringComparison.Ordinal));
            if (source is not null && read.Output.TryGetProperty(one.Field, out var value))
                yield return new ValueFound(one.Id, IsWords(words) ? Json.Element(source.Text.Trim()) : value, IsLabelled(one.Field, text, source.Start) ? Labelled : Somewhere, piece, LineAround(text, source.Start, source.Length));
            else if (IsWords(words))
            {
                foreach (var beside in new RecogniseLabelled(Stems(EntityText.Words(one.Field))).Find(text, default).Take(1))
                    yield return new ValueFound(one.Id, beside.Value, Labelled, piece, LineAround(text, beside.Start, beside.Length));
            }
        }
    }

    /// <summary>Any words will do, so they stay as they are written.</summary>
    private static bool IsWords(JsonElement schema) => SchemaFields.Type(schema) == "string" && !schema.TryGetProperty("format", out _) && !schema.TryGetProperty("enum", out _);

    private async Task<IReadOnlyList<ValueFound>> ByModel(Guid workspaceId, string? thing, List<ValueAsked> asked, List<int> about, IReadOnlyList<TextPiece> pieces, CancellationToken cancel)
    {
        var input = string.Join("\n\n", about.Select(i => pieces[i].Text));
        try
        {
            var said = (await router.Run(new ModelTask(ModelTaskKind.Extract, workspaceId, input.Length <= MostInput ? input : input[..MostInput],
                $"Fill in only what the text says of {thing ?? "the business itself"}; leave everything else null.", Schema: SchemaOf(asked)), cancel)).Output;
            return [.. asked.Where(a => said.TryGetProperty(a.Field, out var v) && v.ValueKind != JsonValueKind.Null).Select(a => Grounded(a, said.GetProperty(a.Field), about, pieces)).OfType<ValueFound>()];
        }
        catch (ModelException problem)
        {
            log.LogWarning("Values could not be read: {Message} ({Code})", problem.Message, problem.Code);
            return [];
        }
    }

    private static ValueFound? Grounded(ValueAsked asked, JsonElement value, List<int> about, IReadOnlyList<TextPiece> pieces)
    {
        var words = value.ValueKind == JsonValueKind.String ? value.GetString()! : Money.Of(value) is { } money ? money.Amount : value.GetRawText();
        foreach (var piece in about)
        {
            var at = pieces[piece].Text.IndexOf(words, StringComparison.OrdinalIgnoreCase);
            if (words.Length > 0 && at >= 0)
                return new ValueFound(asked.Id, value, Labelled, piece, LineAround(pieces[piece].Text, at, words.Length));
        }
        return null;
    }

    private async Task<ValueFound?> Answered(Guid workspaceId, ValueAsked asked, List<int> about, IReadOnlyList<TextPiece> pieces, CancellationToken cancel)
    {
        var evidence = about.Select(i => new Evidence("passage", pieces[i].PassageId, "document", pieces[i].Title, pieces[i].Title, DateTimeOffset.UnixEpoch, i, pieces[i].Text)).ToList();
        if (evidence.Count == 0)
            return null;
        // The built-in model looks for the question's words: those that only ask would be found nowhere.
        var question = asked.Thing is { } thing ? router.Order(ModelTaskKind.Answer)[0] == ModelUse.BuiltIn ? thing : $"{thing}: {asked.Ask}" : asked.Ask;
        try
        {
            var said = (await router.Run(new ModelTask(ModelTaskKind.Answer, workspaceId, question, Evidence: evidence), cancel)).Output;
            if (!said.GetProperty("known").GetBoolean() || said.GetProperty("citations").EnumerateArray().FirstOrDefault() is not { ValueKind: JsonValueKind.Object } cited)
                return null;
            var id = cited.TryGetProperty("id", out var given) && given.TryGetGuid(out var passage) ? passage : (Guid?)null;
            var piece = about.FirstOrDefault(i => pieces[i].PassageId == id, about[0]);
            var text = Marks().Replace(said.GetProperty("text").GetString()!, "").Trim();
            return new ValueFound(asked.Id, Json.Element(text), said.GetProperty("confidence").GetDouble(), piece, cited.GetProperty("text").GetString()!);
        }
        catch (ModelException problem)
        {
            log.LogWarning("An answer could not be read: {Message} ({Code})", problem.Message, problem.Code);
            return null;
        }
    }

    private static JsonElement SchemaOf(List<ValueAsked> asked)
    {
        var properties = new JsonObject();
        foreach (var one in asked)
        {
            var schema = SchemaOf(one.Schema);
            schema["title"] = EntityText.Words(one.Field);
            schema["description"] = one.Ask;
            properties[one.Field] = schema;
        }
        return Json.Element(new JsonObject { ["type"] = "object", ["properties"] = properties });
    }

    /// <summary>What a type takes in several shapes is read in the one that a text has: an amount of money, or words.</summary>
    private static JsonObject SchemaOf(JsonElement? schema)
    {
        if (schema is not { ValueKind: JsonValueKind.Object } given)
            return new JsonObject { ["type"] = "string" };
        if (given.TryGetProperty("enum", out _) || !given.TryGetProperty("type", out var type))
            return (JsonObject)JsonNode.Parse(given.GetRawText())!;
        var types = type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()!).ToList() : [type.GetString()!];
        if (types.Contains("object") && types.Contains("number"))
            return new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["amount"] = new JsonObject { ["type"] = "string" }, ["currency"] = new JsonObject { ["type"] = "string" } } };
        if (types is ["array"])
            return new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } };
        var text = new JsonObject { ["type"] = types is ["integer", ..] ? "integer" : types.Contains("string") ? "string" : types[0] };
        if (given.TryGetProperty("format", out var format))
            text["format"] = format.GetString();
        return text;
    }

    private static bool IsLabelled(string field, string text, int at)
    {
        var label = text[(text.LastIndexOf('\n', Math.Max(0, at - 1)) + 1)..at];
        return label.Length <= LabelLength && Stems(EntityText.Words(field)).IsSubsetOf(Stems(label));
    }

    private static HashSet<string> Stems(string text) => Words.Content(text).Select(w => w.Stem).ToHashSet(StringComparer.Ordinal);

    private static string LineAround(string text, int at, int length)
    {
        const int Around = 120;
        var start = Math.Max(at == 0 ? 0 : text.LastIndexOf('\n', at - 1) + 1, at - Around);
        var end = text.IndexOf('\n', at + length);
        end = Math.Min(end < 0 ? text.Length : end, at + length + Around);
        return text[start..end].Trim();
    }

    [GeneratedRegex(@"\s?\[\d{1,3}\]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Marks();
}
