using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace BizQ.Core.Context;

/// <summary>How large an entity may be, and everything that is wrong with one that is being written, at once. Pure.</summary>
public static partial class EntityLimits
{
    /// <summary>64 KiB: an entity is looked at whole, by people and by models. Longer things are documents.</summary>
    public const int DataBytes = 64 * 1024;

    public const int Depth = 8;

    /// <summary>Top-level fields; each has facts of its own.</summary>
    public const int Fields = 100;

    public const int FieldNameLength = 100;

    public const int NameLength = 200;

    public const int KeyLength = 200;

    public const int TypeLength = 50;

    public static string NormalType(string type) => type.Trim().ToLowerInvariant();

    public static Refusal? Check(WriteEntityRequest request)
    {
        List<Problem> problems = [.. ProblemsOf(request)];
        return problems.Count == 0 ? null : Refusal.Invalid("badEntity", $"This {ShortType(request.Type)} cannot be kept as it is.", problems);
    }

    public static IEnumerable<Problem> ProblemsOf(WriteEntityRequest request)
    {
        var type = NormalType(request.Type);
        if (ProblemOfType(type) is { } badType)
            yield return badType;
        if (request.Name is { } name && (name.Length > NameLength || !Clean(name)))
            yield return new Problem("/name", $"The name must be at most {NameLength} characters of text.");
        if (request.Key is { } key && (key.Length > KeyLength || !Clean(key)))
            yield return new Problem("/key", $"The key must be at most {KeyLength} characters of text.");
        if (request.ValidFrom >= request.ValidTo)
            yield return new Problem("/validTo", "It must be after validFrom.");
        if (request.Confidence is < 0 or > 1)
            yield return new Problem("/confidence", "Between 0 and 1.");
        foreach (var problem in ProblemsOf(request.Data))
            yield return problem;
    }

    /// <summary>What is wrong with the name of a type, already in lower case; null when nothing is.</summary>
    internal static Problem? ProblemOfType(string type) => !TypeName().IsMatch(type)
        ? new Problem("/type", $"The type must be one word of a–z, 0–9, - and _, at most {TypeLength} characters, starting with a letter; for example customer.")
        : type is "document" or "mail" ? new Problem("/type", $"'{type}' is a type of BizQ's own. Choose another word; to keep a document, upload it.")
        : null;

    private static IEnumerable<Problem> ProblemsOf(JsonElement data)
    {
        if (data.ValueKind != JsonValueKind.Object)
        {
            yield return new Problem("/data", "The data must be a JSON object, such as { \"name\": \"…\" }.");
            yield break;
        }
        var size = Encoding.UTF8.GetByteCount(data.GetRawText());
        if (size > DataBytes)
            yield return new Problem("/data", $"The data is {size / 1024:N0} KB; at most {DataBytes / 1024} KB are kept. Upload longer texts as documents.");
        var count = data.GetPropertyCount();
        if (count > Fields)
            yield return new Problem("/data", $"The data has {count} fields; at most {Fields} are kept.");
        if (Deeper(data, Depth))
            yield return new Problem("/data", $"The data is nested deeper than {Depth} levels.");
        if (!Clean(data))
            yield return new Problem("/data", "The data holds a null character or half of a surrogate pair, which no database keeps. Remove it.");
        else if (data.EnumerateObject().FirstOrDefault(p => string.IsNullOrWhiteSpace(p.Name) || p.Name.Length > FieldNameLength) is { Value.ValueKind: not JsonValueKind.Undefined })
            yield return new Problem("/data", $"Every field needs a name of at most {FieldNameLength} characters.");
    }

    internal static bool Deeper(JsonElement value, int levels) => levels < 0 || value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().Any(p => Deeper(p.Value, levels - 1)),
        JsonValueKind.Array => value.EnumerateArray().Any(item => Deeper(item, levels - 1)),
        _ => false,
    };

    private static bool Clean(string text) => !text.Contains('\0', StringComparison.Ordinal) && !Halved().IsMatch(text);

    internal static bool Clean(JsonElement data)
    {
        // Both can only be written as escapes; hardly any data has one.
        if (!data.GetRawText().Contains("\\u", StringComparison.Ordinal))
            return true;
        try
        {
            return Strings(data).All(Clean);
        }
        catch (InvalidOperationException)
        {
            // Reading half of a surrogate pair throws.
            return false;
        }
    }

    private static IEnumerable<string> Strings(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Object => value.EnumerateObject().SelectMany(p => Strings(p.Value).Prepend(p.Name)),
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Strings),
        _ => [],
    };

    private static string ShortType(string type) => type.Trim().Length is > 0 and <= TypeLength ? type.Trim() : "entity";

    [GeneratedRegex("^[a-z][a-z0-9_-]{0,49}$")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]")]
    private static partial Regex Halved();
}
