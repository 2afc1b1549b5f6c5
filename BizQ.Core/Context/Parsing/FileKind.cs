using System.Text;
using System.Text.RegularExpressions;

namespace BizQ.Core.Context.Parsing;

/// <summary>The formats that are read.</summary>
internal enum FileKind { Text, Markdown, Html, Pdf, Word, Sheet, Slides, Mail, Mailbox, Table, Picture }

/// <summary>
/// Tells what a file is. The content decides; the name and the sender's word count only among the formats that are all text.
/// Formats that are not read are named, with what to do instead.
/// </summary>
internal static partial class FileKinds
{
    private const int Looked = 1024;

    private static readonly (string Name, string[] Endings)[] Unread =
    [
        ("an OpenDocument spreadsheet", [".ods"]), ("an OpenDocument presentation", [".odp"]), ("an OpenDocument text", [".odt"]),
        ("a picture in a format", [".gif", ".webp", ".heic", ".bmp"]), ("an archive", [".zip", ".rar", ".7z", ".gz", ".tar"]),
    ];

    public static Outcome<FileKind> Of(string fileName, string? mediaType, ReadOnlySpan<byte> content)
    {
        var ending = Path.GetExtension(fileName).ToLowerInvariant();
        var media = mediaType?.Split(';')[0].Trim().ToLowerInvariant() ?? "";
        if (content[..Math.Min(content.Length, Looked)].IndexOf("%PDF-"u8) >= 0)
            return FileKind.Pdf;
        if (content.StartsWith("PK\u0003\u0004"u8))
            return ZipFiles.KindOf(content) is { } office ? office : NotRead(fileName, ending);
        if (PictureHead.MediaTypeOf(content) is not null)
            return FileKind.Picture;
        if (content.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0]))
            return Old(fileName, content);
        if (content.StartsWith("{\\rtf"u8))
            return Refuse(fileName, "is rich text (RTF), which is not read. Save it as DOCX or PDF and upload that.");
        if (ending is ".pdf" or ".docx" or ".xlsx" or ".pptx" or ".png" or ".jpg" or ".jpeg" or ".tif" or ".tiff")
            return Refusal.Invalid("brokenFile", $"{fileName} is not what its name says, or it is damaged. Open it in its own program, save it anew and upload that.");
        return IsText(content) ? Among(ending, media, content) : NotRead(fileName, ending);
    }

    public static string MediaTypeOf(FileKind kind) => kind switch
    {
        FileKind.Markdown => "text/markdown",
        FileKind.Html => "text/html",
        FileKind.Pdf => "application/pdf",
        FileKind.Word => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        FileKind.Sheet => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        FileKind.Slides => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        FileKind.Mail => "message/rfc822",
        FileKind.Mailbox => "application/mbox",
        FileKind.Table => "text/csv",
        _ => "text/plain",
    };

    private static FileKind Among(string ending, string media, ReadOnlySpan<byte> content) => ending switch
    {
        ".md" or ".markdown" => FileKind.Markdown,
        ".eml" => FileKind.Mail,
        ".mbox" or ".mbx" => FileKind.Mailbox,
        ".html" or ".htm" or ".xhtml" => FileKind.Html,
        ".csv" or ".tsv" => FileKind.Table,
        _ when StartsAsMailbox(content) => FileKind.Mailbox,
        ".txt" or ".log" or ".json" => FileKind.Text,
        _ => media switch
        {
            "text/markdown" => FileKind.Markdown,
            "message/rfc822" => FileKind.Mail,
            "application/mbox" => FileKind.Mailbox,
            "text/csv" => FileKind.Table,
            "text/html" or "application/xhtml+xml" => FileKind.Html,
            _ => StartsAsHtml(content) ? FileKind.Html : FileKind.Text,
        },
    };

    private static bool StartsAsHtml(ReadOnlySpan<byte> content)
    {
        var start = Encoding.Latin1.GetString(content[..Math.Min(content.Length, Looked)]).TrimStart('\u00EF', '\u00BB', '\u00BF', ' ', '\r', '\n', '\t');
        return start.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase) || start.StartsWith("<html", StringComparison.OrdinalIgnoreCase);
    }

    private static bool StartsAsMailbox(ReadOnlySpan<byte> content) => MailboxStart().IsMatch(Encoding.Latin1.GetString(content[..Math.Min(content.Length, Looked)]));

    // The line between two mails, with its date, and under it a header.
    [GeneratedRegex(@"^From [^\r\n]*\d{4}[^\r\n]*\r?\n[A-Za-z][\w-]*:", RegexOptions.CultureInvariant)]
    private static partial Regex MailboxStart();

    // UTF-16 says so in its first two bytes; any other text has no zeros and hardly a control character.
    private static bool IsText(ReadOnlySpan<byte> content)
    {
        if (content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || content.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            return true;
        var odd = 0;
        foreach (var b in content)
        {
            if (b == 0)
                return false;
            odd += b is < 32 and not (9 or 10 or 12 or 13 or 27) ? 1 : 0;
        }
        return odd <= content.Length / 100;
    }

    // Word up to 2003, and any newer Office file with a password, is the same old container.
    private static Refusal Old(string fileName, ReadOnlySpan<byte> content) => content.IndexOf(Encoding.Unicode.GetBytes("EncryptedPackage")) >= 0
        ? Encrypted(fileName)
        : Refuse(fileName, "is in the old Office format of before 2007, which is not read. Save it in the newer format (DOCX, XLSX, PPTX) or as PDF and upload that.");

    public static Refusal Encrypted(string fileName) =>
        Refusal.Invalid("encrypted", $"{fileName} is protected with a password. Save it without one and upload it again.");

    private static Refusal NotRead(string fileName, string ending)
    {
        var what = Unread.FirstOrDefault(u => u.Endings.Contains(ending)).Name;
        return Refuse(fileName, what is null ? "is not a document that can be read. PDF, Word, Excel, PowerPoint, web pages, Markdown, text, CSV, mails (.eml, .mbox) and pictures (PNG, JPEG, TIFF) are." : $"is {what}, which is not read. Save what it says as PDF, DOCX or text and upload that.");
    }

    private static Refusal Refuse(string fileName, string why) => new(RefusalKind.Unsupported, "formatNotRead", $"{fileName} {why}");
}
