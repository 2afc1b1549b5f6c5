using System.Buffers;
using System.Text.Json;
using BizQ.Core;

namespace BizQ.Agents.Runtime.Scripts;

/// <summary>Copies settings with the texts at some pointers replaced by what they stand for; collects every problem on the way.</summary>
internal sealed class Resolving(Func<string, Outcome<JsonElement>> valueOf)
{
    private readonly List<Problem> _problems = [];

    public IReadOnlyList<Problem> Problems => _problems;

    /// <param name="patterns">Pointers cut at their slashes; an empty one names the value itself.</param>
    public Outcome<JsonElement> Copy(JsonElement settings, IReadOnlyList<string[]> patterns)
    {
        var buffer = new ArrayBufferWriter<byte>(settings.GetRawText().Length + 256);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { MaxDepth = 1000 }))
            Write(writer, settings, "", patterns);
        var longest = 4 * ScriptLimits.MostText;
        if (buffer.WrittenCount > longest)
            return Refusal.Invalid("expressionFailed", $"The settings grew to {buffer.WrittenCount:N0} bytes when their expressions were filled in; {longest:N0} are the most.");
        try
        {
            return JsonElement.Parse(buffer.WrittenSpan, new JsonDocumentOptions { MaxDepth = Json.MaxDepth });
        }
        catch (JsonException)
        {
            return Refusal.Invalid("expressionFailed", $"The settings are nested more than {Json.MaxDepth} deep when their expressions are filled in.");
        }
    }

    private void Write(Utf8JsonWriter writer, JsonElement value, string pointer, IReadOnlyList<string[]> patterns)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String when patterns.Any(IsHere) && value.GetString() is { } text && text.Contains("{{", StringComparison.Ordinal):
                Fill(writer, text, pointer);
                break;
            case JsonValueKind.Object when patterns.Count > 0:
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value, $"{pointer}/{Escape(property.Name)}", Below(patterns, property.Name));
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array when patterns.Count > 0:
                writer.WriteStartArray();
                var index = 0;
                foreach (var item in value.EnumerateArray())
                {
                    var name = $"{index++}";
                    Write(writer, item, $"{pointer}/{name}", Below(patterns, name));
                }
                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private void Fill(Utf8JsonWriter writer, string text, string pointer)
    {
        var filled = valueOf(text);
        if (filled.Refusal is { } refusal)
        {
            _problems.Add(new Problem(pointer, refusal.Message));
            writer.WriteNullValue();
        }
        else
        {
            filled.Value.WriteTo(writer);
        }
    }

    private static bool IsHere(string[] pattern) => pattern is [] or ["**"];

    private static List<string[]> Below(IReadOnlyList<string[]> patterns, string name)
    {
        var below = new List<string[]>(patterns.Count);
        foreach (var pattern in patterns)
        {
            if (pattern is ["**"])
                below.Add(pattern);
            else if (pattern.Length > 0 && (pattern[0] == "*" || pattern[0] == name))
                below.Add(pattern[1..]);
        }
        return below;
    }

    private static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
