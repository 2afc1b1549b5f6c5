using MimeKit;

namespace BizQ.Core.Mail.Reading;

/// <summary>A message as it was read: everything cleaned, bounded and storable.</summary>
/// <param name="MessageId">The sender's, or one made from the content when there is none that can be used.</param>
/// <param name="Note">What had to be guessed, in sentences; null when nothing had to be.</param>
public sealed record ParsedMail(
    MimeMessage Message,
    string MessageId,
    string? InReplyTo,
    IReadOnlyList<string> References,
    string FromAddress,
    string? FromName,
    string ToAddresses,
    string Subject,
    string Text,
    DateTimeOffset? SentAt,
    IReadOnlyList<MailAttachment> Attachments,
    string? Note);

/// <summary>Bytes to message. Whatever can be read is read; only what is no mail at all is refused.</summary>
public static class ParseMail
{
    /// <summary>Long enough for any real Message-ID, short enough for an index of either database.</summary>
    public const int LongestMessageId = 250;

    /// <summary>What a run is given and a page shows; the archive has all of it.</summary>
    public const int MostTextCharacters = 200_000;

    private const string MadeIdDomain = "@content.bizq.invalid";
    private const int MostReferences = 50;
    private const int MostNote = 1_000;

    // Without one of these a file is not a mail, though the parser would make one of any text with a colon in it.
    private static readonly HeaderId[] Telling =
        [HeaderId.From, HeaderId.Sender, HeaderId.To, HeaderId.Subject, HeaderId.Date, HeaderId.MessageId, HeaderId.Received, HeaderId.ReturnPath, HeaderId.MimeVersion];

    private static readonly ParserOptions Options = MakeOptions();

    /// <summary>True for the ids made here; they mean nothing to anybody else and never go out.</summary>
    public static bool IsMade(string messageId) => messageId.EndsWith(MadeIdDomain, StringComparison.Ordinal);

    public static Outcome<ParsedMail> Of(ReadOnlyMemory<byte> raw)
    {
        if (raw.Length > Data.Archive.MostBytes)
            return TooLarge(raw.Length);
        if (Message(raw) is not { } message)
        {
            return Refusal.Invalid("notAMail", raw.IsEmpty
                ? "It is empty."
                : "It has no mail headers (From, Subject, Date, …). Send the whole message as the mail program saves it (.eml), headers first.");
        }
        return Read(message, raw);
    }

    /// <summary>The one sentence for messages over the limit, wherever it is noticed.</summary>
    public static Refusal TooLarge(long? bytes) => Refusal.TooLarge("mailTooLarge",
        $"The message {(bytes is { } size ? $"has {size / 1048576.0:N1} MiB; " : "is too large; ")}BizQ takes mails of up to {Data.Archive.MostBytes / 1048576} MiB. Ask its sender for a link instead of the attachment.");

    private static ParserOptions MakeOptions()
    {
        // The old charsets of Asia and Eastern Europe; the parser looks them up by name.
        System.Text.Encoding.RegisterProvider(System.Text.CodePagesEncodingProvider.Instance);
        return new ParserOptions { MaxMimeDepth = BodyText.DeepestParts, MaxAddressGroupDepth = 3 };
    }

    private static MimeMessage? Message(ReadOnlyMemory<byte> raw)
    {
        using var stream = new MemoryStream(SplitMailbox.Of(raw)[0].ToArray(), writable: false);
        try
        {
            var message = new MimeParser(Options, stream, MimeFormat.Entity).ParseMessage();
            return Telling.Any(message.Headers.Contains) ? message : null;
        }
        catch (Exception broken) when (IsTheirs(broken))
        {
            return null;
        }
    }

    /// <summary>The parsers are other people's and the bytes a stranger's: whatever they stumble over is the message's fault and costs only its body.</summary>
    private static bool IsTheirs(Exception broken) => broken is not OutOfMemoryException;

    private static string TextOf(BodyText body, MimeMessage message, List<string> notes)
    {
        try
        {
            return CleanText.Lines(body.Read(message), MostTextCharacters);
        }
        catch (Exception broken) when (IsTheirs(broken))
        {
            notes.Add("Its body is damaged and could not be read; the original is kept.");
            return "";
        }
    }

    private static ParsedMail Read(MimeMessage message, ReadOnlyMemory<byte> raw)
    {
        var body = new BodyText();
        var notes = new List<string>();
        var text = TextOf(body, message, notes);
        notes.AddRange(body.Notes.Distinct());
        if (text.Length >= MostTextCharacters - 1)
            notes.Add($"Its text was cut at {MostTextCharacters:N0} characters; the original is kept whole.");
        var from = message.From.Mailboxes.FirstOrDefault() ?? message.Sender ?? message.ReplyTo.Mailboxes.FirstOrDefault();
        var id = UsableId(message.MessageId);
        if (id is null)
            notes.Add(message.Headers.Contains(HeaderId.MessageId) ? "Its Message-ID cannot be used; one was made from its content." : "It has no Message-ID; one was made from its content.");
        return new ParsedMail(
            message,
            id ?? Data.Archive.HashOf(raw.Span)[..40] + MadeIdDomain,
            UsableId(message.InReplyTo),
            [.. message.References.Select(UsableId).OfType<string>().TakeLast(MostReferences)],
            CleanText.Line(from?.Address, 320),
            CleanText.Line(from?.Name, 200) is { Length: > 0 } name ? name : null,
            CleanText.Line(string.Join(", ", message.To.Mailboxes.Concat(message.Cc.Mailboxes).Select(to => to.Address)), 2_000),
            CleanText.Line(message.Subject, 500),
            text.Trim(),
            DateOf(message),
            body.Attachments,
            notes.Count == 0 ? null : CleanText.Line(string.Join(' ', notes), MostNote));
    }

    private static string? UsableId(string? id)
    {
        var clean = CleanText.Line(id, LongestMessageId + 1).Trim('<', '>');
        return clean.Length is > 2 and <= LongestMessageId && !clean.Any(char.IsWhiteSpace) ? clean : null;
    }

    private static DateTimeOffset? DateOf(MimeMessage message) =>
        message.Headers.Contains(HeaderId.Date) && message.Date.UtcTicks > DateTimeOffset.UnixEpoch.UtcTicks ? message.Date.ToUniversalTime() : null;
}
