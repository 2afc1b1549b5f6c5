using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace BizQ.Core;

/// <summary>The one set of JSON options: camel case, enums by name, text as it is written.</summary>
public static class Json
{
    /// <summary>Nesting deeper than this is refused wherever JSON comes in.</summary>
    public const int MaxDepth = 64;

    public static readonly JsonSerializerOptions Options = Make(indented: false);

    public static readonly JsonSerializerOptions Indented = Make(indented: true);

    public static readonly JsonElement EmptyObject = JsonElement.Parse("{}");

    public static JsonElement Element<T>(T value) => JsonSerializer.SerializeToElement(value, Options);

    public static string Text<T>(T value) => JsonSerializer.Serialize(value, Options);

    public static T? Read<T>(JsonElement element) => element.Deserialize<T>(Options);

    public static T? Read<T>(string text) => JsonSerializer.Deserialize<T>(text, Options);

    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = true;
        options.MaxDepth = MaxDepth;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        // Output goes to databases, files and JSON responses, never unescaped into a page.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
    }

    private static JsonSerializerOptions Make(bool indented)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = indented };
        Configure(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
