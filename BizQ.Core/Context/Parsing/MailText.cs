using System.Globalization;
using BizQ.Core.Mail.Reading;

namespace BizQ.Core.Context.Parsing;

/// <summary>A mail kept as a document: who wrote whom and when, and what it says. The mail room's parser reads it.</summary>
internal static class MailText
{
    public static Outcome<ParsedDocument> Read(ReadOnlyMemory<byte> content)
    {
        var parsed = ParseMail.Of(content);
        if (parsed.Refusal is { } refusal)
            return refusal;
        var mail = parsed.Value;
        var blocks = BlocksOf(mail);
        List<string> notes = [.. mail.Note is { } note ? new[] { note } : [], .. mail.Attachments.Count > 0 ? new[] { $"Its attachments are not read: {string.Join(", ", mail.Attachments.Select(a => a.Name))}. Upload them on their own." } : []];
        return new ParsedDocument(FileKinds.MediaTypeOf(FileKind.Mail), mail.Subject, blocks) { Notes = notes };
    }

    /// <summary>Who wrote whom and when, then what; nothing where nothing was written.</summary>
    internal static List<Block> BlocksOf(ParsedMail mail)
    {
        var blocks = PlainText.Paragraphs(mail.Text).Select(p => new Block(p)).ToList();
        if (blocks.Count > 0)
            blocks.Insert(0, new Block(Head(mail)));
        return blocks;
    }

    private static string Head(ParsedMail mail) => string.Join('\n', new[]
    {
        $"From: {(mail.FromName is { } name ? $"{name} <{mail.FromAddress}>" : mail.FromAddress)}",
        mail.ToAddresses.Length > 0 ? $"To: {mail.ToAddresses}" : null,
        mail.SentAt is { } sent ? string.Create(CultureInfo.InvariantCulture, $"Date: {sent:d MMMM yyyy, HH:mm} UTC") : null,
    }.OfType<string>());
}
