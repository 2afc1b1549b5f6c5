using BizQ.Core.Data;
using BizQ.Core.Mail.Reading;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Mail;

/// <summary>What became of a message: the same for every delivery of the same one.</summary>
/// <param name="NotAnswered">Why it started no run; null when it did.</param>
/// <param name="Message">The same for people.</param>
/// <param name="Note">What had to be guessed while reading it.</param>
public sealed record MailReceipt(Guid Id, string MessageId, string Subject, MailClass Class, IReadOnlyList<Guid> Runs, NotAnswered? NotAnswered, string? Message, string? Note)
{
    public static MailReceipt Of(MailMessage mail, IReadOnlyList<Guid> runs) =>
        new(mail.Id, mail.MessageId, mail.Subject, mail.Class, runs, mail.NotAnswered, mail.NotAnswered?.Sentence(), mail.Note);
}

/// <summary>
/// Takes in one message. The mail and the runs it starts are written in one transaction: a mail that was acknowledged has
/// its runs, and the same mail a second time has no more of them.
/// </summary>
public sealed class ReceiveMail(BizQDatabase database, Archive archive, StartMailRuns starts, IWakeRuns wake, Ids ids, TimeProvider clock)
{
    private const int LongestKey = 200;

    /// <param name="idempotencyKey">How the sender of this request names it; without one the Message-ID does.</param>
    public async Task<Outcome<MailReceipt>> Run(Actor actor, ReadOnlyMemory<byte> raw, string? idempotencyKey, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.StartRuns) is { } lacking)
            return lacking;
        if (idempotencyKey is { Length: 0 or > LongestKey })
            return Refusal.Invalid("badIdempotencyKey", $"The idempotency key must have 1 to {LongestKey} characters.");
        var parsed = ParseMail.Of(raw);
        if (!parsed.Ok)
            return parsed.Refusal!;
        await using var db = database.Open(actor.WorkspaceId);
        if (await Earlier(db, parsed.Value, idempotencyKey, cancel) is { } earlier)
            return earlier;
        var mail = await MailOf(db, parsed.Value, await archive.Keep(actor.WorkspaceId, raw, "mail.eml", cancel), raw.Length, idempotencyKey, cancel);
        db.Mails.Add(mail);
        var runs = await starts.Add(db, actor, mail, cancel);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException problem) when (problem.IsUniqueViolation())
        {
            // Most likely the same message, a moment earlier: the unique index decides between parallel deliveries.
            await using var fresh = database.Open(actor.WorkspaceId);
            if (await Earlier(fresh, parsed.Value, idempotencyKey, cancel) is { } first)
                return first;
            throw;
        }
        foreach (var run in runs)
            await wake.Wake(run);
        return MailReceipt.Of(mail, runs);
    }

    private async Task<Outcome<MailReceipt>?> Earlier(BizQDb db, ParsedMail parsed, string? key, CancellationToken cancel)
    {
        var mail = await db.Mails.AsNoTracking()
            .Where(m => m.Direction == MailDirection.In && (m.MessageId == parsed.MessageId || key != null && m.IdempotencyKey == key))
            .OrderBy(m => m.Id).FirstOrDefaultAsync(cancel);
        if (mail is null)
            return null;
        if (!SaysTheSame(mail, parsed))
        {
            return mail.MessageId == parsed.MessageId
                ? Refusal.Conflict("messageIdTaken", $"Another message with the Message-ID {mail.MessageId} and other content came in before. It was kept; this one was not taken in. If both are real, give this one a Message-ID of its own.")
                : Refusal.Conflict("idempotencyKeyUsed", "This idempotency key came with another message before. Use a new key for each message.");
        }
        var runs = await db.Runs.Where(r => r.MailId == mail.Id).OrderBy(r => r.Id).Select(r => r.Id).ToListAsync(cancel);
        return MailReceipt.Of(mail, runs);
    }

    /// <summary>Two deliveries of one message differ in the headers that servers add on the way, never in what was said.</summary>
    private static bool SaysTheSame(MailMessage mail, ParsedMail parsed) =>
        mail.FromAddress.Equals(parsed.FromAddress, StringComparison.OrdinalIgnoreCase)
        && mail.Subject == parsed.Subject && mail.Text == parsed.Text && mail.AttachmentCount == parsed.Attachments.Count;

    private async Task<MailMessage> MailOf(BizQDb db, ParsedMail parsed, string hash, long size, string? key, CancellationToken cancel)
    {
        var own = await db.Workspaces.Where(w => w.Id == db.CurrentWorkspace).Select(w => w.MailAddress).SingleOrDefaultAsync(cancel);
        var ownId = await db.Mails.AnyAsync(m => m.Direction == MailDirection.Out && m.MessageId == parsed.MessageId, cancel);
        var classified = ClassifyMail.Of(parsed.Message, parsed.FromAddress, own, db.CurrentWorkspace, ownId);
        var id = ids.New();
        return new MailMessage
        {
            Id = id,
            WorkspaceId = db.CurrentWorkspace,
            Direction = MailDirection.In,
            MessageId = parsed.MessageId,
            InReplyTo = parsed.InReplyTo,
            References = parsed.References.Count == 0 ? null : string.Join(' ', parsed.References),
            ThreadId = await MailThread.Of(db, [.. parsed.References, .. parsed.InReplyTo is { } to ? [to] : Array.Empty<string>()], id, cancel),
            FromAddress = parsed.FromAddress,
            FromName = parsed.FromName,
            ToAddresses = parsed.ToAddresses,
            Subject = parsed.Subject,
            Text = parsed.Text,
            Class = classified.Class,
            NotAnswered = classified.Why,
            Note = parsed.Note,
            ContentHash = hash,
            Size = size,
            AttachmentCount = parsed.Attachments.Count,
            ReceivedAt = clock.GetUtcNow(),
            SentAt = parsed.SentAt,
            IdempotencyKey = key,
        };
    }
}
