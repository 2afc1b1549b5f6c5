using System.Runtime.InteropServices;
using System.Text.Json;

namespace BizQ.Core.Data.Archiving;

/// <summary>Where JSON lies that was too large for its row.</summary>
public sealed record ArchivedReference(string Hash, int Bytes);

/// <summary>
/// What stands in a row in the place of large JSON: <c>{ "$archived": { "hash": …, "bytes": … } }</c>. It cannot be forged: JSON
/// that has this name at its top goes into the archive itself, however small it is, so only the store's own references look like one.
/// </summary>
public static class ArchivedJson
{
    /// <summary>1 MiB: what a database still reads and writes with the row as if it were nothing.</summary>
    public const int MostInline = 1024 * 1024;

    private const string Name = "$archived";

    /// <summary>A reference has some 120; longer texts need not be looked into.</summary>
    private const int LongestReference = 200;

    /// <summary>As UTF-8, without making a text of it: a hundred megabytes must not become three hundred on the way to being refused.</summary>
    public static int Bytes(JsonElement? json) => json is { ValueKind: not JsonValueKind.Undefined } known ? JsonMarshal.GetRawUtf8Value(known).Length : 0;

    /// <summary>The size of what must not stand in a row; 0 for nearly everything.</summary>
    public static int LargeBytes(JsonElement? json) => Bytes(json) is > MostInline and var bytes ? bytes : 0;

    /// <summary>The reference that a value out of a row is; null when it is the value itself.</summary>
    public static ArchivedReference? In(JsonElement? stored) =>
        stored is { ValueKind: JsonValueKind.Object } value && JsonMarshal.GetRawUtf8Value(value).Length <= LongestReference
        && value.TryGetProperty(Name, out var reference) && reference.ValueKind == JsonValueKind.Object
        && reference.TryGetProperty("hash", out var hash) && hash.ValueKind == JsonValueKind.String
        && reference.TryGetProperty("bytes", out var bytes) && bytes.TryGetInt32(out var size)
            ? new ArchivedReference(hash.GetString()!, size)
            : null;

    /// <summary>For people and programs: how large it is and where it is to be had. What is not a reference stays as it is.</summary>
    public static JsonElement? Told(JsonElement? stored, string url) =>
        In(stored) is { } archived ? Json.Element(new Dictionary<string, object> { [Name] = new { archived.Bytes, url } }) : stored;

    /// <summary>
    /// Whether it must not stand in a row as it is. Any number of members of that name counts, since PostgreSQL keeps the last of
    /// several, and however it is escaped.
    /// </summary>
    internal static bool MustBeKept(JsonElement? json) =>
        json is { } value && (Bytes(value) > MostInline || (value.ValueKind == JsonValueKind.Object && value.TryGetProperty(Name, out _)));

    internal static JsonElement Reference(string hash, int bytes) => Json.Element(new Dictionary<string, object> { [Name] = new ArchivedReference(hash, bytes) });
}
