using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using BizQ.Core;
using BizQ.Core.Context;

namespace BizQ.Web.Context;

/// <summary>How what the business knows is said to people.</summary>
internal static partial class ContextWords
{
    public static string Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => "Yes",
        JsonValueKind.False => "No",
        JsonValueKind.Null or JsonValueKind.Undefined => "no longer known",
        JsonValueKind.Array when IsPlain(value) => string.Join(", ", value.EnumerateArray().Select(Of)),
        JsonValueKind.Object when Money.Of(value) is { } money => money.ToString(),
        _ => value.GetRawText(),
    };

    /// <summary>A single value or a list of them; anything else is shown as JSON.</summary>
    public static bool IsPlain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => Money.Of(value) is not null,
        JsonValueKind.Array => value.EnumerateArray().All(item => item.ValueKind is not JsonValueKind.Array && IsPlain(item)),
        _ => true,
    };

    /// <summary>What a row of the list says beside the name: the first few fields that fit.</summary>
    public static string Glance(Entity entity)
    {
        var said = entity.Data.EnumerateObject()
            .Where(p => p.Value.ValueKind != JsonValueKind.Array && IsPlain(p.Value))
            .Select(p => (p.Name, Text: Of(p.Value), SaysItself: p.Value.ValueKind is JsonValueKind.String or JsonValueKind.Object))
            .Where(p => p.Text.Length is > 0 and <= 80 && p.Text != entity.Name && p.Text != entity.Key)
            .Take(6).Select(p => p.SaysItself ? p.Text : $"{EntityText.Words(p.Name)}: {p.Text}");
        return string.Join(" · ", said);
    }

    public static string Of(SourceKind source) => source switch
    {
        SourceKind.Api => "API",
        SourceKind.Inferred => "worked out by a model",
        SourceKind.Sample => "sample",
        _ => source.ToString().ToLowerInvariant(),
    };

    /// <summary>An entity's text has a line for each field; ten of them would hide the next result.</summary>
    public static string OneLine(string text) => Breaks().Replace(text, " · ");

    [GeneratedRegex(@"\s*\n\s*")]
    private static partial Regex Breaks();

    public static string Plural(string type) => type.EndsWith('s') ? type : type.EndsWith('y') && type.Length > 1 && !"aeiou".Contains(type[^2], StringComparison.Ordinal) ? $"{type[..^1]}ies" : $"{type}s";

    public static string Format(string mediaType) => mediaType switch
    {
        "application/pdf" => "PDF",
        "text/markdown" => "Markdown",
        "text/html" => "Web page",
        "message/rfc822" => "Mail",
        "text/plain" => "Text",
        "text/csv" => "Table (CSV)",
        "application/mbox" => "Mailbox",
        "image/png" or "image/jpeg" or "image/tiff" => "Picture",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "Excel",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation" => "PowerPoint",
        _ => "Word",
    };

    public static string Size(long bytes) => bytes switch
    {
        < 1024 => $"{bytes} B",
        < 1024 * 1024 => $"{bytes / 1024.0:0} KB",
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MB"),
    };

    public static string Extent(Document document) =>
        $"{(document.PageCount is { } pages ? $"{Count(pages, "page")}, " : "")}{Count(document.PassageCount, "passage")}";

    public static string Count(int number, string word) => string.Create(CultureInfo.InvariantCulture, $"{number:N0} {(number == 1 ? word : word + "s")}");
}
