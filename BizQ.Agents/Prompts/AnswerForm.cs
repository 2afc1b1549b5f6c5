using System.Text.Json;
using BizQ.Agents.Models;
using BizQ.Agents.Models.BuiltIn;
using BizQ.Core;
using BizQ.Core.Context;
using NJsonSchema;

namespace BizQ.Agents.Prompts;

/// <summary>What came of reading an answer: the output of the task, or what is wrong, in words that the model can act on.</summary>
public readonly record struct AnswerReading(JsonElement Output, string? Problem);

/// <summary>The form an answer must have: what the model is told, what is checked, and how the task's output is made of it.</summary>
public sealed class AnswerForm
{
    private const int MostProblems = 5;

    private readonly JsonSchema? _check;
    private readonly Func<JsonElement, AnswerReading> _finish;

    private AnswerForm(JsonElement? schema, JsonSchema? check, Func<JsonElement, AnswerReading> finish) => (Schema, _check, _finish) = (schema, check, finish);

    /// <summary>Null for an answer in plain text.</summary>
    public JsonElement? Schema { get; }

    /// <summary>The form in words; endpoints that take a schema are told it as well, which does no harm.</summary>
    public string Words => Schema is { } schema
        ? $"Reply with one JSON object and nothing else, no Markdown around it. It fits this JSON Schema:\n{schema.GetRawText()}"
        : "Reply with plain text and nothing else.";

    public static Task<AnswerForm> Of(ModelTask task) => task.Kind switch
    {
        ModelTaskKind.Classify => Classify(task.Labels ?? []),
        ModelTaskKind.Extract => Shaped(NullableSchema.Of(Object(task.Schema)), NullableSchema.Fill(Object(task.Schema))),
        ModelTaskKind.Answer => Answer(task.Evidence ?? []),
        ModelTaskKind.Free when task.Schema is not null => Shaped(Object(task.Schema), answer => answer),
        _ => Task.FromResult(new AnswerForm(null, null, _ => default)),
    };

    public AnswerReading Read(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return new(default, "It is empty.");
        if (_check is null)
            return new(Json.Element(new { text = text.Trim() }), null);
        if (JsonIn(text) is not { } answer)
            return new(default, "It is not one complete JSON object.");
        var problems = _check.Validate(answer.GetRawText());
        return problems.Count == 0
            ? _finish(answer)
            : new(default, string.Join(" ", problems.Take(MostProblems).Select(problem => $"{(string.IsNullOrEmpty(problem.Path) ? "The answer" : problem.Path)}: {problem.Kind}.")));
    }

    private static Task<AnswerForm> Classify(IReadOnlyList<LabelExample> labels)
    {
        var schema = Json.Element(new
        {
            type = "object",
            additionalProperties = false,
            required = new[] { "label", "confidence" },
            properties = new
            {
                label = new Dictionary<string, object> { ["type"] = "string", ["enum"] = labels.Select(label => label.Name) },
                confidence = new { type = "number", minimum = 0, maximum = 1 },
            },
        });
        return Shaped(schema, answer =>
        {
            var (label, confidence) = (answer.GetProperty("label").GetString(), answer.GetProperty("confidence").GetDouble());
            return Json.Element(new { label, confidence, scores = new[] { new { label, score = confidence } } });
        });
    }

    private static Task<AnswerForm> Answer(IReadOnlyList<Evidence> evidence)
    {
        var schema = JsonElement.Parse(
            $$"""
            {
              "type": "object", "additionalProperties": false, "required": ["known", "text", "confidence", "passages"],
              "properties": {
                "known": { "type": "boolean", "description": "Whether the passages answer the question." },
                "text": { "type": "string", "minLength": 1 },
                "confidence": { "type": "number", "minimum": 0, "maximum": 1, "description": "How surely the passages say so." },
                "passages": { "type": "array", "items": { "type": "integer", "minimum": 1, "maximum": {{evidence.Count}} }, "description": "The numbers of the passages that the answer rests on." }
              }
            }
            """);
        return Shaped(schema, answer => Cited(answer, evidence));
    }

    private static AnswerReading Cited(JsonElement answer, IReadOnlyList<Evidence> evidence)
    {
        var known = answer.GetProperty("known").GetBoolean();
        var used = answer.GetProperty("passages").EnumerateArray().Select(number => number.GetInt32()).Distinct().Select(number => evidence[number - 1]).ToList();
        if (known && used.Count == 0)
            return new(default, "known is true, but passages names none that says so. Name them, or set known to false.");
        return new(
            Json.Element(new
            {
                text = answer.GetProperty("text").GetString(),
                known,
                confidence = answer.GetProperty("confidence").GetDouble(),
                citations = known ? used.Select(e => new Citation(e.Title, e.Source, e.Text, e.Id)) : [],
            }),
            null);
    }

    private static Task<AnswerForm> Shaped(JsonElement schema, Func<JsonElement, JsonElement> finish) => Shaped(schema, answer => new AnswerReading(finish(answer), null));

    private static async Task<AnswerForm> Shaped(JsonElement schema, Func<JsonElement, AnswerReading> finish)
    {
        try
        {
            return new AnswerForm(schema, await JsonSchema.FromJsonAsync(schema.GetRawText()), finish);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or Newtonsoft.Json.JsonException)
        {
            throw BadSchema(e.Message);
        }
    }

    /// <summary>A reference to somewhere else would make this server fetch it.</summary>
    private static JsonElement Object(JsonElement? schema)
    {
        if (schema is not { ValueKind: JsonValueKind.Object } given)
            throw BadSchema("it is not there, or no object.");
        if (PointsElsewhere(given))
            throw BadSchema("a $ref points outside of it. Only references that begin with # are followed.");
        return given;
    }

    private static bool PointsElsewhere(JsonElement schema) => schema.ValueKind switch
    {
        JsonValueKind.Object => schema.EnumerateObject().Any(p => p.Name == "$ref" && p.Value.ValueKind == JsonValueKind.String && !p.Value.GetString()!.StartsWith('#') || PointsElsewhere(p.Value)),
        JsonValueKind.Array => schema.EnumerateArray().Any(PointsElsewhere),
        _ => false,
    };

    private static ModelException BadSchema(string why) => new("badSchema", $"The node's JSON Schema cannot be used: {why}", retryable: false);

    /// <summary>The JSON object of a text; models like to put words or a Markdown fence around it.</summary>
    private static JsonElement? JsonIn(string text)
    {
        var (start, end) = (text.IndexOf('{', StringComparison.Ordinal), text.LastIndexOf('}'));
        if (start < 0 || end < start)
            return null;
        try
        {
            return JsonElement.Parse(text.AsSpan(start, end - start + 1), new JsonDocumentOptions { MaxDepth = Json.MaxDepth, AllowTrailingCommas = true });
        }
        catch (JsonException)
        {
            // Not JSON is an ordinary thing for a model to say: the reading says so.
            return null;
        }
    }
}
