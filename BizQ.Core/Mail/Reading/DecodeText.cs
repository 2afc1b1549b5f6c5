using System.Text;
using System.Text.RegularExpressions;
using MimeKit;

namespace BizQ.Core.Mail.Reading;

/// <summary>The text of one part: by its charset where that is known and fits, else by the best guess, with a note saying so.</summary>
internal static partial class DecodeText
{
    private static readonly Encoding StrictUtf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // What browsers read "latin1" as: the same letters, plus the curly quotes Windows really wrote.
    private static readonly Encoding Windows1252 = Known("windows-1252")!;

    public static string Of(TextPart part, List<string> notes)
    {
        using var bytes = new MemoryStream();
        part.Content?.DecodeTo(bytes);
        var decoded = bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
        return Of(decoded, part.ContentType.Charset ?? (part.IsHtml ? CharsetInside(decoded) : null), notes);
    }

    /// <summary>A page that comes as a file: by its byte order mark or by what it says of itself.</summary>
    public static string OfHtml(ReadOnlySpan<byte> bytes, List<string> notes) =>
        bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? Encoding.Unicode.GetString(bytes[2..]) : Of(bytes, CharsetInside(bytes), notes);

    public static string Of(ReadOnlySpan<byte> bytes, string? charset, List<string> notes)
    {
        var name = charset?.Trim().Trim('"', '\'') ?? "";
        if (name.Length == 0 || IsUtf8OrAscii(name))
        {
            if (Utf8(bytes) is { } utf8)
                return utf8;
            notes.Add(name.Length == 0
                ? "It names no charset and is not UTF-8; it was read as Windows-1252."
                : $"It says its charset is {Shown(name)}, which its bytes are not; it was read as Windows-1252.");
            return Windows1252.GetString(bytes);
        }
        if (Known(name) is { } known)
            return (known.CodePage == 28591 ? Windows1252 : known).GetString(bytes).TrimStart('\uFEFF');
        var guess = Utf8(bytes);
        notes.Add($"Its charset {Shown(name)} is unknown; it was read as {(guess is null ? "Windows-1252" : "UTF-8")}.");
        return guess ?? Windows1252.GetString(bytes);
    }

    private static string? Utf8(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static bool IsUtf8OrAscii(string name) =>
        name.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || name.Equals("utf8", StringComparison.OrdinalIgnoreCase)
        || name.Equals("us-ascii", StringComparison.OrdinalIgnoreCase) || name.Equals("ascii", StringComparison.OrdinalIgnoreCase);

    private static Encoding? Known(string name)
    {
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        }
        catch (Exception unknown) when (unknown is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static string Shown(string name) => CleanText.Line(name, 40);

    /// <summary>HTML without a charset in its headers often names one in its first lines.</summary>
    private static string? CharsetInside(ReadOnlySpan<byte> bytes)
    {
        var start = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, 1024)]);
        var found = MetaCharset().Match(start);
        return found.Success ? found.Groups[1].Value : null;
    }

    [GeneratedRegex("""<meta[^>]{0,200}charset\s*=\s*["']?([\w.:-]{2,40})""", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 200)]
    private static partial Regex MetaCharset();
}
