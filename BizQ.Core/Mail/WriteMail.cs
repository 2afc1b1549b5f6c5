using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;
using MimeKit;

namespace BizQ.Core.Mail;

/// <param name="From">"Ada Lovelace &lt;ada@example.com&gt;" or just the address.</param>
public sealed record WrittenMail(string From, string Subject, string Text);

/// <summary>"As if a customer had written this": a mail typed by hand comes in the way any other does.</summary>
public sealed class WriteMail(BizQDatabase database, ReceiveMail receive, Ids ids, TimeProvider clock)
{
    private const int LongestSubject = 500;
    private const int LongestText = 200_000;

    public async Task<Outcome<MailReceipt>> Run(Actor actor, WrittenMail written, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.StartRuns) is { } lacking)
            return lacking;
        if (Sender(written.From) is not { } from)
            return Refusal.Invalid("badSender", "Say who wrote it: one mail address such as ada@example.com, with a name before it if you like.");
        if (string.IsNullOrWhiteSpace(written.Text) || written.Text.Length > LongestText)
            return Refusal.Invalid("badText", $"Write between one and {LongestText:N0} characters.");
        if (written.Subject.Length > LongestSubject || written.Subject.Any(char.IsControl))
            return Refusal.Invalid("badSubject", $"The subject is one line of at most {LongestSubject} characters.");
        await using var db = database.Open(actor.WorkspaceId);
        var to = await db.Workspaces.Where(w => w.Id == actor.WorkspaceId).Select(w => w.MailAddress).SingleOrDefaultAsync(cancel);
        using var message = new MimeMessage
        {
            MessageId = $"{ids.New():N}@written.bizq.invalid",
            Date = clock.GetUtcNow(),
            Subject = written.Subject.Trim(),
            Body = new TextPart("plain") { Text = written.Text },
        };
        message.From.Add(from);
        message.To.Add(MailboxAddress.TryParse(to ?? "", out var own) ? own : new MailboxAddress("", "support@localhost"));
        using var bytes = new MemoryStream();
        await message.WriteToAsync(bytes, cancel);
        return await receive.Run(actor, bytes.ToArray(), null, cancel);
    }

    private static MailboxAddress? Sender(string from) =>
        from.Length <= 320 && !from.Any(char.IsControl) && MailboxAddress.TryParse(from.Trim(), out var address) && address.Address.IndexOf('@') > 0 ? address : null;
}
