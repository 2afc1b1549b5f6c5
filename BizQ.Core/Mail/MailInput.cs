using System.Text.Json;
using BizQ.Core.Mail.Reading;

namespace BizQ.Core.Mail;

/// <summary>What a run that a mail started sees as <c>trigger</c>.</summary>
public static class MailInput
{
    /// <summary>
    /// <c>text</c> is what the sender newly wrote and <c>quoted</c> the earlier mail below it: an agent that classified the
    /// whole would answer the last mail again. Answers go to <c>from</c> and never to a Reply-To: what is known of a customer
    /// is found by the From address, and a Reply-To could lead it anywhere.
    /// </summary>
    public static JsonElement Of(MailMessage mail)
    {
        var said = QuotedReply.Split(mail.Text);
        return Json.Element(new
        {
            kind = "mail",
            mail = new
            {
                id = mail.Id,
                messageId = mail.MessageId,
                from = new { address = mail.FromAddress, name = mail.FromName ?? "" },
                to = mail.ToAddresses,
                subject = mail.Subject,
                text = said.New,
                quoted = said.Quoted,
                receivedAt = mail.ReceivedAt,
                inReplyTo = mail.InReplyTo ?? "",
                references = mail.References ?? "",
            },
        });
    }
}
