using System.Xml;
using BizQ.Core.Mail.Reading;

namespace BizQ.Core.Context.Parsing;

/// <summary>
/// Makes text out of a file, whatever its format. Knows no database. The parsers are other people's and the bytes a stranger's:
/// each file is read on a thread of its own with a deep stack, within <see cref="ReadLimits.Time"/>, and whatever a parser
/// stumbles over is a named refusal.
/// </summary>
public sealed class ReadFile(TimeProvider clock)
{
    // Reading keeps a core busy. A parser that hangs keeps its place, so that hanging ones can never take all cores.
    private const int AtOnce = 2;

    // The layout of PDFs and nested tables recurse; 200 levels need far less.
    private const int StackBytes = 16 * 1024 * 1024;

    // Of the process, as its cores are; never disposed, because a parser that hangs may give its place back at any time.
    private static readonly SemaphoreSlim Places = new(AtOnce);

    public async Task<Outcome<ParsedDocument>> Of(string fileName, string? mediaType, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        if (content.IsEmpty)
            return Refusal.Invalid("emptyFile", $"{fileName} is empty.");
        var kind = FileKinds.Of(fileName, mediaType, content.Span);
        if (kind.Refusal is { } refusal)
            return refusal;
        using var deadline = new CancellationTokenSource(ReadLimits.Time, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        try
        {
            await Places.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new Refusal(RefusalKind.Unavailable, "busyReading", $"Other files are being read and {fileName} waited too long. Upload it again in a minute.");
        }
        try
        {
            var read = await OnOwnThread(() => Parse(kind.Value, fileName, content, either.Token)).WaitAsync(either.Token);
            return read.Ok ? Checked(fileName, read.Value) : read;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return Refusal.TooLarge("readingTooSlow", $"Reading {fileName} took longer than {ReadLimits.Time.TotalSeconds:0} s. Split it, or save it as text and upload that.");
        }
    }

    private static Task<Outcome<ParsedDocument>> OnOwnThread(Func<Outcome<ParsedDocument>> read)
    {
        var done = new TaskCompletionSource<Outcome<ParsedDocument>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                done.TrySetResult(read());
            }
            catch (Exception problem)
            {
                done.TrySetException(problem);
            }
            finally
            {
                Places.Release();
            }
        }, StackBytes)
        { IsBackground = true, Name = "Reads a document" };
        thread.Start();
        return done.Task;
    }

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
                FileKind.Mail => MailText.Read(content),
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
        $"{fileName} is damaged and cannot be read as {(kind switch { FileKind.Pdf => "a PDF", FileKind.Word => "a Word document", FileKind.Mail => "a mail", _ => "a document" })}. Open it in its own program, save it anew and upload that.");

    /// <summary>Everything storable and worth storing: PostgreSQL takes no control characters, and a scan has pictures but no words.</summary>
    private static Outcome<ParsedDocument> Checked(string fileName, ParsedDocument read)
    {
        var blocks = read.Blocks.Select(b => b with { Text = Clean(b) }).Where(b => b.Text.Length > 0).ToList();
        if (blocks.Sum(b => (long)b.Text.Length) > ReadLimits.Characters)
            return TooLong(fileName);
        if (!blocks.Exists(b => b.Text.Any(char.IsLetterOrDigit)))
        {
            return Refusal.Invalid("noText", read.Pages is null
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
