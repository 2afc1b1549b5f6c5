using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Mail;

/// <summary>
/// "Let an agent answer this after all": for mail that was kept because nobody listened yet, or that was taken for what it is
/// not. Once per mail; whoever asks twice gets the same runs.
/// </summary>
public sealed class AnswerMail(BizQDatabase database, StartMailRuns starts, IWakeRuns wake)
{
    public async Task<Outcome<MailReceipt>> Run(Actor actor, Guid mailId, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.StartRuns) is { } lacking)
            return lacking;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Mails.FirstOrDefaultAsync(m => m.Id == mailId && m.Direction == MailDirection.In, cancel) is not { } mail)
            return Refusal.NotFound("mail");
        if (mail.Class == MailClass.OwnMail || mail.NotAnswered == NotAnswered.NoSender)
            return Refusal.Conflict("cannotBeAnswered", $"This mail cannot be answered. {mail.NotAnswered?.Sentence()}");
        if (await RunsOf(db, mailId, cancel) is { Count: > 0 } already)
            return MailReceipt.Of(mail, already);
        var runs = await starts.AddAnyway(db, actor, mail, cancel);
        if (runs.Count == 0)
            return Refusal.Conflict("noAgentListens", "No active agent has a mail trigger. Make or resume one under Agents, then try again.");
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException problem) when (problem.IsUniqueViolation())
        {
            // Somebody else asked at the same moment: the runs' keys are made from the mail, so theirs are these.
            await using var fresh = database.Open(actor.WorkspaceId);
            if (await RunsOf(fresh, mailId, cancel) is { Count: > 0 } first)
                return MailReceipt.Of(mail, first);
            throw;
        }
        foreach (var run in runs)
            await wake.Wake(run);
        return MailReceipt.Of(mail, runs);
    }

    private static Task<List<Guid>> RunsOf(BizQDb db, Guid mailId, CancellationToken cancel) =>
        db.Runs.Where(r => r.MailId == mailId).OrderBy(r => r.Id).Select(r => r.Id).ToListAsync(cancel);
}
