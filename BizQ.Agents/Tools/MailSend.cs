using System.Text.Json;
using BizQ.Agents.Mail;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Mail;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using MimeKit;

namespace BizQ.Agents.Tools;

/// <summary>
/// Sends a mail: through the mail server that is configured, or as a file in <c>outbox/</c>. The message is composed, archived
/// and recorded once per key, before the first attempt; every attempt sends those same bytes.
/// </summary>
public sealed class MailSend(BizQDatabase database, Archive archive, SmtpDelivery smtp, IOptions<SmtpOptions> options, Ids ids, TimeProvider clock) : ITool
{
    public const string Name = "mail.send";

    private readonly Outbox _outbox = new(Path.Combine(database.DataPath, "outbox"));

    // A file is named by the key, so writing it twice is writing it once; a mail server cannot promise that.
    public IReadOnlyList<OperationDescription> Operations { get; } =
    [
        new(Name, "Send a mail", "Sends one mail to one address, as an answer when it names the mail it replies to.", MailArguments.Schema,
            Writes: true, Idempotent: !options.Value.Configured, UndoWay.Irreversible),
    ];

    public Aim AimOf(string operation, JsonElement arguments) =>
        new(arguments.ValueKind == JsonValueKind.Object && arguments.TryGetProperty("to", out var to) && to.ValueKind == JsonValueKind.String ? to.GetString() : null, null);

    public async Task<ToolResult> Execute(ToolCall call, CancellationToken cancel)
    {
        if (Json.Read<MailArguments>(call.Arguments) is not { To: not null, Subject: not null, Text: not null } arguments)
            return new ToolResult.Failed("badArguments", "A mail needs a recipient, a subject and a text.", Retryable: false);
        if (ComposeMail.Recipient(arguments.To) is not { } to)
            return new ToolResult.Failed("badRecipient", $"'{arguments.To}' is not one mail address.", Retryable: false);
        if (arguments.Subject.Any(char.IsControl))
            return new ToolResult.Failed("badSubject", "The subject holds a line break or another control character.", Retryable: false);
        await using var db = database.Open(call.WorkspaceId);
        var workspace = await db.Workspaces.AsNoTracking().SingleAsync(w => w.Id == call.WorkspaceId, cancel);
        if (options.Value.Configured && string.IsNullOrWhiteSpace(workspace.MailAddress))
            return new ToolResult.Failed("noMailAddress", "This workspace has no mail address to send from. Set it under Settings, Mail, then try again.", Retryable: true);
        // Trying things out needs no address of one's own.
        var from = string.IsNullOrWhiteSpace(workspace.MailAddress) ? $"{workspace.Slug}@bizq.localhost" : workspace.MailAddress;
        var messageId = ComposeMail.MessageIdFor(call.WorkspaceId, call.IdempotencyKey, arguments, from);
        var raw = await Recorded(db, messageId, cancel)
            ?? await Record(db, call, arguments, ComposeMail.Of(arguments, to, from, workspace.Name, call.WorkspaceId, messageId, clock.GetUtcNow()), cancel);
        return await Deliver(call, messageId, raw, cancel);
    }

    private async Task<ToolResult> Deliver(ToolCall call, string messageId, byte[] raw, CancellationToken cancel)
    {
        if (!options.Value.Configured)
            return await Put(call, messageId, raw, cancel);
        using var stream = new MemoryStream(raw, writable: false);
        using var message = await MimeMessage.LoadAsync(stream, cancel);
        return await smtp.Send(message, cancel) ?? new ToolResult.Done(Json.Element(new { messageId, via = "smtp" }));
    }

    private async Task<ToolResult> Put(ToolCall call, string messageId, byte[] raw, CancellationToken cancel)
    {
        try
        {
            return new ToolResult.Done(Json.Element(new { messageId, via = "outbox", file = await _outbox.Put(call.IdempotencyKey, raw, cancel) }));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return new ToolResult.Failed("outboxUnwritable", $"The file could not be written into outbox/: {problem.Message}", Retryable: true);
        }
    }

    private async Task<byte[]?> Recorded(BizQDb db, string messageId, CancellationToken cancel)
    {
        var hash = await db.Mails.Where(m => m.Direction == MailDirection.Out && m.MessageId == messageId).Select(m => m.ContentHash).SingleOrDefaultAsync(cancel);
        return hash is null ? null : await archive.Read(db.CurrentWorkspace, hash, cancel);
    }

    /// <summary>Before the call: whatever happens to this process, what may have been sent can be looked at.</summary>
    private async Task<byte[]> Record(BizQDb db, ToolCall call, MailArguments arguments, MimeMessage message, CancellationToken cancel)
    {
        var raw = ComposeMail.Bytes(message);
        var chain = ComposeMail.Chain(arguments);
        var id = ids.New();
        db.Mails.Add(new MailMessage
        {
            Id = id,
            WorkspaceId = call.WorkspaceId,
            Direction = MailDirection.Out,
            MessageId = message.MessageId!,
            InReplyTo = chain.Count > 0 ? chain[^1] : null,
            References = chain.Count > 0 ? string.Join(' ', chain) : null,
            // The mail that is answered may have had no id but the one made here, which never goes out.
            ThreadId = await MailThread.Of(db, arguments.InReplyTo is { Length: > 0 } to ? [.. chain, to] : chain, id, cancel),
            FromAddress = message.From.Mailboxes.First().Address,
            FromName = message.From.Mailboxes.First().Name,
            ToAddresses = arguments.To.Trim(),
            Subject = arguments.Subject,
            Text = arguments.Text,
            Class = MailClass.Ordinary,
            ContentHash = await archive.Keep(call.WorkspaceId, raw, "mail.eml", cancel),
            Size = raw.Length,
            ReceivedAt = clock.GetUtcNow(),
            SentAt = message.Date.ToUniversalTime(),
            RunId = call.RunId,
            EffectId = call.EffectId,
        });
        await db.SaveChangesAsync(cancel);
        return raw;
    }
}
