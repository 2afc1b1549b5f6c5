using System.Text;
using System.Text.Json;

namespace BizQ.Core.Triggers;

/// <summary>What a sender's bytes say, by the media type they name: JSON as it is, form fields as an object, anything else as text.</summary>
public static class MessageBody
{
    /// <summary>A name that stands twice would be read differently by two readers; and the body lies one level down in the run's input.</summary>
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = Json.MaxDepth - 2, AllowDuplicateProperties = false };

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static Outcome<JsonElement> Of(string? contentType, ReadOnlyMemory<byte> body)
    {
        var type = (contentType ?? "").Split(';')[0].Trim().ToLowerInvariant();
        if (IsJson(type))
            return body.Length == 0 ? Json.Element<object?>(null) : Parsed(body);
        var text = Text(body.Span, CharsetOf(contentType));
        if (text.Refusal is { } refusal)
            return refusal;
        return type switch
        {
            "application/x-www-form-urlencoded" => Fields(text.Value),
            // Nothing was said of it: what reads as an object or a list is meant as one.
            "" or "application/octet-stream" when text.Value.AsSpan().TrimStart() is ['{' or '[', ..] && Parsed(body) is { Ok: true } json => json,
            _ => text.Value.Length == 0 ? Json.Element<object?>(null) : Json.Element(text.Value),
        };
    }

    /// <summary>A name that comes several times has the list of its values.</summary>
    public static JsonElement Fields(IEnumerable<(string Name, string Value)> fields) => Json.Element(fields
        .GroupBy(field => field.Name, StringComparer.Ordinal)
        .ToDictionary(same => same.Key, same => same.Count() == 1 ? (object)same.First().Value : same.Select(field => field.Value).ToArray(), StringComparer.Ordinal));

    private static bool IsJson(string type) => type is "application/json" or "text/json" || type.EndsWith("+json", StringComparison.Ordinal);

    private static Outcome<JsonElement> Parsed(ReadOnlyMemory<byte> body)
    {
        try
        {
            // A mark of the byte order is no part of the document, though some senders put one.
            var bytes = body.Span.StartsWith(Encoding.UTF8.Preamble) ? body[Encoding.UTF8.Preamble.Length..] : body;
            return JsonElement.Parse(bytes.Span, Options);
        }
        catch (JsonException problem)
        {
            return Refusal.Invalid("notJson", $"The body is said to be JSON and is not: {Sentence(problem)}", new Problem("/body", "Send valid JSON, or name the media type it has."));
        }
    }

    private static string Sentence(JsonException problem) =>
        problem.LineNumber is { } line ? $"it cannot be read from line {line + 1}, byte {problem.BytePositionInLine + 1} on." : "it cannot be read.";

    private static JsonElement Fields(string form) => Fields(form
        .Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('=', 2))
        .Select(pair => (Decoded(pair[0]), pair.Length > 1 ? Decoded(pair[1]) : "")));

    private static string Decoded(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    private static Outcome<string> Text(ReadOnlySpan<byte> body, string charset)
    {
        try
        {
            var encoding = charset is "utf-8" or "utf8" or "us-ascii" ? Strict : Encoding.GetEncoding(charset, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
            var text = encoding.GetString(body);
            return text.Contains('\0', StringComparison.Ordinal) ? NotText : text;
        }
        catch (Exception problem) when (problem is DecoderFallbackException or ArgumentException or NotSupportedException)
        {
            return NotText;
        }
    }

    private static readonly Refusal NotText = new(
        RefusalKind.Unsupported, "notText", "The body is neither JSON, nor form fields, nor text in the character set it names. Files go to POST /api/v1/context/documents.");

    private static string CharsetOf(string? contentType)
    {
        foreach (var part in (contentType ?? "").Split(';').Skip(1))
        {
            if (part.Split('=', 2) is [var name, var value] && name.Trim().Equals("charset", StringComparison.OrdinalIgnoreCase))
                return value.Trim().Trim('"').ToLowerInvariant();
        }
        return "utf-8";
    }
}
