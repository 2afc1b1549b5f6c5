using System.Text.Json;

namespace BizQ.Core.Validation;

/// <summary>What started a run, as far as somebody wrote it: read from the run's input, whichever trigger made it.</summary>
public sealed record CameIn(string? Address, string? Name, string? Subject, string Text, DateTimeOffset? ReceivedAt)
{
    /// <summary>Characters of it that are looked at, by checks and by people. A mail has a fifth of that at most.</summary>
    public const int MostText = 1_000_000;

    private static readonly CameIn Nothing = new(null, null, null, "", null);

    public static CameIn Of(JsonElement input)
    {
        if (input.ValueKind == JsonValueKind.String)
            return Nothing with { Text = Beginning(input.GetString()!) };
        if (input.ValueKind != JsonValueKind.Object)
            return Nothing;
        if (Member(input, "mail") is { ValueKind: JsonValueKind.Object } mail)
            return OfMail(mail);
        // What a webhook or a queue brought is what counts, not the wrapping BizQ put around it.
        if (Said(input, "kind") is "webhook" or "queue" && Member(input, "body") is { ValueKind: JsonValueKind.Object or JsonValueKind.String } body)
            return Of(body);
        if (Member(input, "input") is { } inner && inner.ValueKind is JsonValueKind.Object or JsonValueKind.String)
            return Of(inner);
        return OfMail(input);
    }

    private static CameIn OfMail(JsonElement mail)
    {
        var from = Member(mail, "from");
        var address = from is { ValueKind: JsonValueKind.Object } person ? Said(person, "address") : Said(mail, "from");
        return new CameIn(
            address?.Trim(),
            from is { ValueKind: JsonValueKind.Object } named ? Said(named, "name") : null,
            Said(mail, "subject"),
            Beginning(Said(mail, "text") ?? Said(mail, "message") ?? Said(mail, "body") ?? AllText(mail)),
            Member(mail, "receivedAt") is { ValueKind: JsonValueKind.String } at && at.TryGetDateTimeOffset(out var received) ? received : null);
    }

    private static string Beginning(string text) => text.Length <= MostText ? text : text[..MostText];

    /// <summary>Input of no known shape still is something somebody said.</summary>
    private static string AllText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => string.Join('\n', value.EnumerateObject().Select(m => AllText(m.Value)).Where(t => t.Length > 0)),
        JsonValueKind.Array => string.Join('\n', value.EnumerateArray().Select(AllText).Where(t => t.Length > 0)),
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => value.GetRawText(),
        _ => "",
    };

    private static JsonElement? Member(JsonElement value, string name) => value.TryGetProperty(name, out var member) ? member : null;

    private static string? Said(JsonElement value, string name) => Member(value, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
