using System.Xml;
using BizQ.Core.Mail.Reading;

namespace BizQ.Core.Context.Parsing;

/// <summary>
/// Makes text out of a file, whatever its format. Knows no database and keeps nothing. The parsers are other people's and the
/// bytes a stranger's: it is called only in a process of its own (<see cref="IReadFiles"/>), on a deep stack, and whatever a
/// parser stumbles over is a named refusal.
/// </summary>
public static class ReadFile
{
    /// <summary>The layout of PDFs and nested tables recurse; 200 levels need far less.</summary>
    public const int StackBytes = 16 * 1024 * 1024;

    public static Outcome<ParsedDocument> Of(string fileName, string? mediaType, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        if (Kind(fileName, mediaType, content) is { Refusal: { } refusal })
            return refusal;
        var kind = FileKinds.Of(fileName, mediaType, content.Span).Value;
        var read = Parse(kind, fileName, content, cancel);
        return read.Ok && !read.Value.IsPicture ? Checked(fileName, read.Value) : read;
    }

    /// <summary>What can be said by looking at the first bytes and at the name: harmless enough to do at once, before anything is kept.</summary>
    public static Outcome<string> Kind(string fileName, string? mediaType, ReadOnlyMemory<byte> content)
    {
        if (content.IsEmpty)
            return Refusal.Invalid("emptyFile", $"{fileName} is empty.");
        var kind = FileKinds.Of(fileName, mediaType, content.Span);
        return kind.Refusal is { } refusal ? refusal
            : kind.Value == FileKind.Picture ? PictureHead.MediaTypeOf(content.Span)!
            : FileKinds.MediaTypeOf(kind.Value);
    }

    /// <summary>What text recognition made out of a picture.</summary>
    public static Outcome<ParsedDocument> Recognised(string fileName, string mediaType, string text) =>
        Checked(fileName, new ParsedDocument(mediaType, null, [.. PlainText.Paragraphs(text.ReplaceLineEndings("\n")).Select(p => new Block(p))])
        {
            IsPicture = true,
            Notes = ["Its text was recognised from a picture and may have mistakes."],
        });

    /// <summary>The one sentence for a file whose reading needs more than it may take.</summary>
    public static Refusal TooMuchMemory(string fileName) => Refusal.TooLarge("tooMuchMemory",
        $"Reading {fileName} needs more than {ReadLimits.Memory / (1024 * 1024)} MB of memory. Split it, or save it as text and upload that.");

    public static Refusal TooSlow(string fileName) => Refusal.TooLarge("readingTooSlow",
        $"Reading {fileName} takes more than {ReadLimits.Time.TotalSeconds:0} s. Split it, or save it as text and upload that.");

    public static Refusal NoTextIn(string fileName, string why) =>
        Refusal.Invalid("noText", $"No text was found in {fileName}: {why}");

    private static Outcome<ParsedDocument> Parse(FileKind kind, string fileName, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        try
        {
            return kind switch
            {
                FileKind.Markdown => MarkdownText.Read(content.Span, cancel),
                FileKind.Html => HtmlBlocks.Read(fileName, content.Span, cancel),
                FileKind.Pdf => PdfText.Read(fileName, content, cancel),
                FileKind.Word => WordText.Read(fileName, content, cancel),
                FileKind.Sheet => SheetText.Read(fileName, content, cancel),
                FileKind.Slides => SlideText.Read(fileName, content, cancel),
                FileKind.Mail => MailText.Read(content),
                FileKind.Mailbox => MailboxText.Read(fileName, content, cancel),
                FileKind.Picture => PictureHead.Read(fileName, content.Span),
                FileKind.Table => TableText.Read(fileName, content.Span, cancel),
                _ => PlainText.Read(content.Span),
            };
        }
        catch (XmlException broken) when (IsAboutDtd(broken))
        {
            return Refusal.Invalid("definesEntities", $"{fileName} defines XML entities, as no document of an office program does. Save it anew from the program it was written in.");
        }
        catch (Exception broken) when (broken is not (OutOfMemoryException or OperationCanceledException))
        {
            return Broken(fileName, kind);
        }
    }

    /// <summary>The readers prohibit document types and say so only in their sentence.</summary>
    internal static bool IsAboutDtd(XmlException problem) => problem.Message.Contains("DTD", StringComparison.Ordinal);

    internal static Refusal TooLong(string fileName) =>
        Refusal.TooLarge("tooMuchText", $"{fileName} holds more than {ReadLimits.Characters / 1_000_000} million characters of text. Split it, or upload only the part that matters.");

    private static Refusal Broken(string fileName, FileKind kind) => Refusal.Invalid("brokenFile",
        $"{fileName} is damaged and cannot be read as {(kind switch { FileKind.Pdf => "a PDF", FileKind.Word => "a Word document", FileKind.Sheet => "a workbook", FileKind.Slides => "a presentation", FileKind.Mail => "a mail", _ => "a document" })}. Open it in its own program, save it anew and upload that.");

    /// <summary>Everything storable and worth storing: PostgreSQL takes no control characters, and a scan has pictures but no words.</summary>
    private static Outcome<ParsedDocument> Checked(string fileName, ParsedDocument read)
    {
        var blocks = read.Blocks.Select(b => b with { Text = Clean(b) }).Where(b => b.Text.Length > 0).ToList();
        if (blocks.Sum(b => (long)b.Text.Length) > ReadLimits.Characters)
            return TooLong(fileName);
        if (!blocks.Exists(b => b.Text.Any(char.IsLetterOrDigit)))
        {
            return read.IsPicture ? NoTextIn(fileName, "it is a picture without words that could be recognised. Upload a sharper one, or write down what it shows.") : Refusal.Invalid("noText", read.Pages is null
                ? $"{fileName} holds no text."
                : $"{fileName} holds no text, only pictures; it may be a scan. Run text recognition (OCR) over it and upload the result.");
        }
        return read with { Blocks = blocks, Title = CleanText.Line(read.Title, AddDocument.TitleLength) is { Length: > 0 } title ? title : null };
    }

    private static string Clean(Block block) =>
        (block.Level > 0 ? CleanText.Line(block.Text, HeadingLength) : CleanText.Lines(block.Text, int.MaxValue)).Trim();

    // A heading stands over each of its passages.
    private const int HeadingLength = 160;
}
