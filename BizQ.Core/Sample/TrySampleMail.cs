using System.Text;
using BizQ.Core.Data;
using BizQ.Core.Mail;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Sample;

/// <summary>Brings one of the sample's mails in, the way any other comes in.</summary>
public sealed class TrySampleMail(BizQDatabase database, ReceiveMail receive, Ids ids, TimeProvider clock)
{
    /// <param name="once">The same word again is the same mail; null for a new mail each time.</param>
    public async Task<Outcome<MailReceipt>> Run(Actor actor, string name, string? once, CancellationToken cancel)
    {
        if (!SampleFiles.Mails().Any(mail => mail.Name == name))
            return Refusal.NotFound("sample mail");
        await using var db = database.Open(actor.WorkspaceId);
        var to = await db.Workspaces.Where(w => w.Id == actor.WorkspaceId).Select(w => w.MailAddress).SingleOrDefaultAsync(cancel);
        var raw = SampleFiles.Mail(name, $"{name}.{once ?? ids.New().ToString("N")}@sample.example", to ?? "support@localhost", clock.GetUtcNow());
        return await receive.Run(actor, Encoding.UTF8.GetBytes(raw.ReplaceLineEndings("\r\n")), null, cancel);
    }
}
