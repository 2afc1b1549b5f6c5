using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Mail;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Sample;

/// <summary>How far somebody has come with the sample business.</summary>
/// <param name="Decided">An answer was approved or rejected.</param>
/// <param name="TriedMore">A further mail came in after the two it begins with.</param>
public sealed record SampleSteps(bool Installed, Guid? AgentId, bool Decided, bool TriedMore);

/// <summary>What there is still to see of the sample business.</summary>
public sealed class LookAtSample(BizQDatabase database)
{
    public async Task<Outcome<SampleSteps>> Run(Actor actor, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } lacking)
            return lacking;
        await using var db = database.Open(actor.WorkspaceId);
        if (!await SampleMails.IsInstalled(db, cancel))
            return new SampleSteps(false, null, false, false);
        return new SampleSteps(
            true,
            await db.Agents.Where(a => a.Name == InstallSample.AgentName).Select(a => (Guid?)a.Id).FirstOrDefaultAsync(cancel),
            await db.Approvals.AnyAsync(a => a.State == ApprovalState.Approved || a.State == ApprovalState.Rejected, cancel),
            await db.Mails.Where(m => m.Direction == MailDirection.In).Skip(InstallSample.FirstMails.Length).AnyAsync(cancel));
    }
}
