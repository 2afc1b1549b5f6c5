using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BizQ.Core.Mail;
using BizQ.Core.Mail.Reading;
using MimeKit;
using MimeKit.Text;

namespace BizQ.Agents.Mail;

/// <summary>The arguments of <c>mail.send</c>: one recipient, so that what was checked and approved is all there is.</summary>
public sealed record MailArguments(string To, string Subject, string Text, string? InReplyTo = null, string? References = null)
{
    public static readonly JsonElement Schema = JsonElement.Parse("""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "type": "object",
          "additionalProperties": false,
          "required": ["to", "subject", "text"],
          "properties": {
            "to": { "type": "string", "title": "To", "description": "One mail address.", "minLength": 3, "maxLength": 320, "pattern": "^[^\\s,;<>\"]+@[^\\s,;<>\"]+$" },
            "subject": { "type": "string", "title": "Subject", "minLength": 1, "maxLength": 500, "pattern": "^[^\\r\\n]*$" },
            "text": { "type": "string", "title": "Text", "minLength": 1, "maxLength": 100000 },
            "inReplyTo": { "type": ["string", "null"], "title": "In reply to", "description": "The Message-ID of the mail that is answered.", "maxLength": 250 },
            "references": { "type": ["string", "null"], "title": "References", "description": "The Message-IDs of the conversation so far, oldest first.", "maxLength": 13000 }
          }
        }
        """);
}

/// <summary>Turns approved arguments into a message. Nothing is added to what was approved but the headers that thread and mark it.</summary>
internal static class ComposeMail
{
    /// <summary>Made from the key and what is said: every attempt at one effect is one message to every mail program, and an edited one is another.</summary>
    public static string MessageIdFor(Guid workspaceId, string idempotencyKey, MailArguments arguments, string from)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{workspaceId:N}\n{idempotencyKey}\n{arguments.To}\n{arguments.Subject}\n{arguments.Text}"));
        return $"{Convert.ToHexStringLower(hash.AsSpan(0, 20))}@{from[(from.LastIndexOf('@') + 1)..]}";
    }

    /// <summary>The recipient, or null when it is not exactly one plain address.</summary>
    public static MailboxAddress? Recipient(string to) =>
        !to.Any(char.IsControl) && MailboxAddress.TryParse(to, out var address) && address.Address == to.Trim() && address.Address.IndexOf('@') > 0 ? address : null;

    public static MimeMessage Of(MailArguments arguments, MailboxAddress to, string from, string fromName, Guid workspaceId, string messageId, DateTimeOffset date)
    {
        var message = new MimeMessage
        {
            MessageId = messageId,
            Date = date,
            Subject = arguments.Subject,
            Body = new TextPart(TextFormat.Plain) { Text = arguments.Text.ReplaceLineEndings("\r\n").TrimEnd() + "\r\n" },
        };
        message.From.Add(new MailboxAddress(fromName, from));
        message.To.Add(to);
        var chain = Chain(arguments);
        if (chain.Count > 0)
        {
            message.InReplyTo = chain[^1];
            message.References.AddRange(chain);
        }
        // RFC 3834: a person may have approved it, but a machine began it. Readers see no difference; other machines do not answer.
        message.Headers.Add("Auto-Submitted", chain.Count > 0 ? "auto-replied" : "auto-generated");
        message.Headers.Add("X-Auto-Response-Suppress", "All");
        message.Headers.Add(ClassifyMail.OwnHeader, workspaceId.ToString());
        message.Prepare(EncodingConstraint.SevenBit);
        return message;
    }

    public static byte[] Bytes(MimeMessage message)
    {
        using var bytes = new MemoryStream();
        var options = FormatOptions.Default.Clone();
        options.NewLineFormat = NewLineFormat.Dos;
        message.WriteTo(options, bytes);
        return bytes.ToArray();
    }

    /// <summary>The conversation, oldest first, ending in the mail that is answered. Ids made here for mails without one mean nothing to others.</summary>
    public static IReadOnlyList<string> Chain(MailArguments arguments) =>
        [.. (arguments.References ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Where(id => id != arguments.InReplyTo).Append(arguments.InReplyTo ?? "").Select(id => id.Trim('<', '>'))
            .Where(id => id.Length is > 2 and <= ParseMail.LongestMessageId && !id.Any(char.IsControl) && !ParseMail.IsMade(id)).Distinct()];
}
