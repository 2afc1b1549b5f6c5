using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace BizQ.Core.Data;

/// <summary>
/// JSON text as both engines can keep it. PostgreSQL's jsonb refuses the escapes of the character 0 and of half a surrogate
/// pair, which valid JSON may hold and mails do; each becomes the replacement character, on SQLite too.
/// </summary>
internal static class StorableJson
{
    private const char Replacement = '\ufffd';
    private const int EscapeLength = 6;

    /// <summary>As it will be read again; the element itself when that is the same.</summary>
    public static JsonElement Of(JsonElement json) =>
        JsonMarshal.GetRawUtf8Value(json).IndexOf("\\u"u8) < 0 ? json.Clone() : JsonElement.Parse(Of(json.GetRawText()));

    public static string Of(string json)
    {
        if (!json.Contains("\\u", StringComparison.Ordinal))
            return json;
        var text = new StringBuilder(json.Length);
        for (var at = 0; at < json.Length;)
        {
            var length = json[at] != '\\' ? 1 : json[at + 1] != 'u' ? 2 : EscapeLength;
            if (length == EscapeLength && Code(json, at) is var code && (code == 0 || char.IsSurrogate(code)))
            {
                if (char.IsHighSurrogate(code) && Follows(json, at + EscapeLength))
                    text.Append(json, at, length = 2 * EscapeLength);
                else
                    text.Append(Replacement);
            }
            else
            {
                text.Append(json, at, length);
            }
            at += length;
        }
        return text.ToString();
    }

    private static bool Follows(string json, int at) =>
        at + EscapeLength <= json.Length && json[at] == '\\' && json[at + 1] == 'u' && char.IsLowSurrogate(Code(json, at));

    private static char Code(string json, int at) => (char)ushort.Parse(json.AsSpan(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
