using System.Globalization;
using BizQ.Core.Mail.Reading;

namespace BizQ.Core.Context.Parsing;

/// <summary>A mailbox file: one mail after the other, each a section under its subject, sender and date.</summary>
internal static class MailboxText
{
    public static Outcome<ParsedDocument> Read(string fileName, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        List<Block> blocks = [];
        int mails = 0, unread = 0, attachments = 0;
        long characters = 0;
        foreach (var raw in Split(content))
        {
            cancel.ThrowIfCancellationRequested();
            if (++mails > ReadLimits.Mails)
                return Refusal.TooLarge("tooManyMails", $"{fileName} holds more than {ReadLimits.Mails:N0} mails. Split it, or upload only the folder that matters.");
            var parsed = ParseMail.Of(raw);
            if (!parsed.Ok)
            {
                unread++;
                continue;
            }
            attachments += parsed.Value.Attachments.Count;
            characters += parsed.Value.Text.Length;
            if (characters > ReadLimits.Characters)
                return ReadFile.TooLong(fileName);
            blocks.Add(new Block(HeadingOf(parsed.Value), 1));
            blocks.AddRange(MailText.BlocksOf(parsed.Value));
        }
        if (mails == unread)
            return Refusal.Invalid("notAMail", $"{fileName} holds no mail that can be read. Export the folder from the mail program as a mailbox (.mbox) once more.");
        List<string> notes = [];
        if (unread > 0)
            notes.Add($"{unread} of its {mails} mails could not be read and were left out.");
        if (attachments > 0)
            notes.Add($"{attachments} attachments are not read. Upload those that matter on their own.");
        return new ParsedDocument(FileKinds.MediaTypeOf(FileKind.Mailbox), null, blocks) { Notes = notes };
    }

    private static string HeadingOf(ParsedMail mail) => string.Join(" · ", new[]
    {
        mail.Subject.Length > 0 ? mail.Subject : "(no subject)",
        mail.FromName ?? mail.FromAddress,
        mail.SentAt is { } sent ? sent.ToString("d MMMM yyyy", CultureInfo.InvariantCulture) : null,
    }.OfType<string>());

    // A line that starts with "From " after an empty line begins the next mail; within a mail it is written ">From ".
    private static IEnumerable<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> content)
    {
        var starts = Starts(content.Span);
        for (var i = 0; i < starts.Count; i++)
        {
            var mail = content[starts[i]..(i + 1 < starts.Count ? starts[i + 1] : content.Length)];
            // The line itself is no header.
            var line = mail.Span.IndexOf((byte)'\n');
            if (line >= 0 && mail.Span.StartsWith("From "u8))
                mail = mail[(line + 1)..];
            if (mail.Length > 0)
                yield return mail;
        }
    }

    private static List<int> Starts(ReadOnlySpan<byte> content)
    {
        List<int> starts = [0];
        for (var at = 0; at < content.Length;)
        {
            var next = content[at..].IndexOf("\nFrom "u8);
            if (next < 0)
                break;
            var start = at + next + 1;
            if (start >= 2 && (content[start - 2] == '\n' || (content[start - 2] == '\r' && start >= 3 && content[start - 3] == '\n')))
                starts.Add(start);
            at = start;
        }
        return starts;
    }
}
