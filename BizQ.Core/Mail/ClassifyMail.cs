using System.Text.RegularExpressions;
using MimeKit;

namespace BizQ.Core.Mail;

/// <summary>What a message is, and why it is not answered; null for mail a person wrote to us.</summary>
public sealed record Classified(MailClass Class, NotAnswered? Why);

/// <summary>
/// Tells mail from people from what machines send, by the headers of RFC 3834 and those that are common besides. It decides
/// by what a message says of itself and never answers when in doubt: an unanswered newsletter costs nothing, a mail loop does.
/// </summary>
public static partial class ClassifyMail
{
    /// <summary>On every mail that goes out: which workspace of which BizQ sent it.</summary>
    public const string OwnHeader = "X-BizQ-Workspace";

    /// <param name="ownMessageId">True when the Message-ID is one of ours.</param>
    public static Classified Of(MimeMessage message, string fromAddress, string? ownAddress, Guid workspaceId, bool ownMessageId)
    {
        if (ownMessageId || Header(message, OwnHeader).Equals(workspaceId.ToString(), StringComparison.OrdinalIgnoreCase))
            return new(MailClass.OwnMail, NotAnswered.OwnMessage);
        if (Bounce(message, fromAddress) is { } bounce)
            return new(MailClass.Bounce, bounce);
        if (AutoReply(message) is { } auto)
            return new(MailClass.AutoReply, auto);
        if (List(message) is { } list)
            return new(MailClass.MailingList, list);
        if (ownAddress is { Length: > 0 } && fromAddress.Equals(ownAddress, StringComparison.OrdinalIgnoreCase))
            return new(MailClass.OwnMail, NotAnswered.OwnAddress);
        if (fromAddress.Length == 0)
            return new(MailClass.Ordinary, NotAnswered.NoSender);
        return NoReply().IsMatch(fromAddress) ? new(MailClass.AutoReply, NotAnswered.NoReplyAddress) : new(MailClass.Ordinary, null);
    }

    private static NotAnswered? Bounce(MimeMessage message, string fromAddress)
    {
        var report = message.Body?.ContentType is { } type && type.IsMimeType("multipart", "report") ? type.Parameters["report-type"] ?? "" : null;
        if (report?.Equals("delivery-status", StringComparison.OrdinalIgnoreCase) == true || message.Headers.Contains("X-Failed-Recipients"))
            return NotAnswered.DeliveryReport;
        if (MailServer().IsMatch(fromAddress))
            return NotAnswered.MailDaemon;
        // Out-of-office notes have an empty return path too; they say what they are and are told apart by that.
        return Header(message, "Return-Path") == "<>" && !SaysAutoReplied(message) ? NotAnswered.NullReturnPath : null;
    }

    private static NotAnswered? AutoReply(MimeMessage message)
    {
        if (message.Body?.ContentType is { } type && type.IsMimeType("multipart", "report"))
            return type.Parameters["report-type"] is "disposition-notification" ? NotAnswered.ReadReceipt : NotAnswered.AutoSubmitted;
        if (SaysAutoReplied(message) || message.Headers.Contains(OwnHeader) || OtherAutoHeaders.Any(message.Headers.Contains)
            || Header(message, "Precedence").Equals("auto_reply", StringComparison.OrdinalIgnoreCase))
            return NotAnswered.AutoSubmitted;
        if (Suppresses().IsMatch(Header(message, "X-Auto-Response-Suppress")))
            return NotAnswered.ResponseSuppressed;
        return AutoSubject().IsMatch(message.Subject is { Length: < 500 } subject ? subject : "") ? NotAnswered.AutoReplySubject : null;
    }

    private static NotAnswered? List(MimeMessage message)
    {
        if (message.Headers.Contains(HeaderId.ListId) || message.Headers.Contains(HeaderId.ListUnsubscribe) || message.Headers.Contains(HeaderId.ListPost))
            return NotAnswered.ListHeader;
        return Header(message, "Precedence").ToLowerInvariant() is "list" or "bulk" or "junk" ? NotAnswered.BulkPrecedence : null;
    }

    private static readonly string[] OtherAutoHeaders = ["X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "X-Vacation", "X-Mail-Autoreply"];

    private static bool SaysAutoReplied(MimeMessage message) =>
        Header(message, "Auto-Submitted") is { Length: > 0 } said && !said.StartsWith("no", StringComparison.OrdinalIgnoreCase);

    private static string Header(MimeMessage message, string name) => message.Headers[name]?.Trim() ?? "";

    // DR, RN and NRN ask for no receipts, which ordinary mail may do; only these ask for no automatic answer.
    [GeneratedRegex(@"\b(All|OOF|AutoReply)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Suppresses();

    [GeneratedRegex(@"^(mailer-daemon|mail-daemon|mailerdaemon|postmaster)@", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex MailServer();

    [GeneratedRegex(@"^(no[-_.]?reply|do[-_.]?not[-_.]?reply)[^@]*@", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NoReply();

    // The phrase must open the subject and end there or at a colon or dash: "Automatic reply on my watch is broken" is a question.
    [GeneratedRegex(
        @"^\s*(out of (the )?office|automatic reply|auto(matic)?[- ]?(reply|response)|autoreply|vacation (reply|notice)|abwesenheitsnotiz|automatische antwort|abwesend|réponse automatique|absence du bureau|respuesta automática|fuera de la oficina|risposta automatica|fuori sede|automatisch antwoord|afwezig|autosvar|resposta automática|automatická odpověď|odpowiedź automatyczna|自動応答|自動返信|自动回复)\s*([:：\-–—(\[]|$)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex AutoSubject();
}
