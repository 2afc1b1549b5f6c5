using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using BizQ.Core;
using BizQ.Core.Context;

namespace BizQ.Web.Context.Entities;

/// <summary>What sort of value a field of the form takes.</summary>
public enum FieldSort { Text, LongText, Number, Money, YesNo, Date, List, Json }

/// <summary>One field of the form, as text, and what is wrong with it.</summary>
public sealed partial class FormField
{
    private const int LongText = 70;

    public required string Name { get; set; }
    public required FieldSort Sort { get; set; }
    public string Text { get; set; } = "";
    public string? Problem { get; set; }
    /// <summary>Added on this form, so that its name and sort can still be chosen.</summary>
    public bool IsNew { get; init; }

    public static FormField Of(string name, JsonElement value) => new()
    {
        Name = name,
        Sort = SortOf(value),
        Text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Array when IsList(value) => string.Join('\n', value.EnumerateArray().Select(item => item.GetString())),
            JsonValueKind.Object when IsMoney(value) => ContextWords.Of(value),
            JsonValueKind.Object or JsonValueKind.Array => JsonSerializer.Serialize(value, Json.Indented),
            _ => value.GetRawText(),
        },
    };

    /// <summary>An empty field for what others of its type say there.</summary>
    public static FormField Like(EntityField field) => new() { Name = field.Name, Sort = SortOf(field.Example) };

    /// <summary>Null when it is left empty: then nothing is known.</summary>
    public JsonElement? Value()
    {
        Problem = null;
        var text = Text.Trim();
        if (text.Length == 0)
            return null;
        switch (Sort)
        {
            case FieldSort.Number:
                return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? Json.Element(number) : Wrong("Write a number, with a point before its decimals: 12.50.");
            case FieldSort.Money:
                return MoneyText().Match(text) is { Success: true } money
                    ? Json.Element(new Money(money.Groups[1].Value, money.Groups[2].Value.ToUpperInvariant()))
                    : Wrong("Write an amount and its currency: 12.50 EUR.");
            case FieldSort.YesNo:
                return Json.Element(text == "true");
            case FieldSort.List:
                return Json.Element(text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            case FieldSort.Json:
                try
                {
                    return JsonElement.Parse(text);
                }
                catch (JsonException broken)
                {
                    return Wrong(Where(broken));
                }
            default:
                return Json.Element(Sort == FieldSort.LongText ? Text.ReplaceLineEndings("\n").TrimEnd() : text);
        }
    }

    public static string Where(JsonException broken) =>
        $"This is not valid JSON: look at line {(broken.LineNumber ?? 0) + 1}, character {(broken.BytePositionInLine ?? 0) + 1}.";

    private JsonElement? Wrong(string problem)
    {
        Problem = problem;
        return null;
    }

    private static FieldSort SortOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => FieldSort.Number,
        JsonValueKind.True or JsonValueKind.False => FieldSort.YesNo,
        JsonValueKind.Array when IsList(value) => FieldSort.List,
        JsonValueKind.Object when IsMoney(value) => FieldSort.Money,
        JsonValueKind.Object or JsonValueKind.Array => FieldSort.Json,
        JsonValueKind.Null or JsonValueKind.Undefined => FieldSort.Text,
        _ => value.GetString() is { } text && (text.Length > LongText || text.Contains('\n', StringComparison.Ordinal)) ? FieldSort.LongText
            : DateOnly.TryParseExact(value.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? FieldSort.Date
            : FieldSort.Text,
    };

    private static bool IsMoney(JsonElement value) =>
        Money.Of(value) is { } money && value.GetProperty("amount").ValueKind == JsonValueKind.String && MoneyText().IsMatch(money.ToString());

    [GeneratedRegex(@"^(-?[0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]{3})$")]
    private static partial Regex MoneyText();

    private static bool IsList(JsonElement value) => value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String && !item.GetString()!.Contains('\n', StringComparison.Ordinal));
}

/// <summary>The fields of the form as one JSON object and back.</summary>
public static class EntityFields
{
    public static List<FormField> Of(JsonElement data) => [.. data.EnumerateObject().Select(p => FormField.Of(p.Name, p.Value))];

    /// <summary>The object the fields add up to; null when one of them cannot be used, which then says so.</summary>
    public static JsonElement? ToData(IReadOnlyList<FormField> fields)
    {
        Dictionary<string, JsonElement> data = new(StringComparer.Ordinal);
        foreach (var field in fields)
        {
            var value = field.Value();
            var name = field.Name.Trim();
            if (name.Length == 0 && value is not null)
                field.Problem = "Give this field a name.";
            else if (value is { } given && !data.TryAdd(name, given))
                field.Problem = $"There is another field called {name}.";
        }
        return fields.Any(f => f.Problem is not null) ? null : Json.Element(data);
    }
}
