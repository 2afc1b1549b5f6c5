using System.Text.Json;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Mail;
using BizQ.Core.Runs;
using BizQ.Core.Validation;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Approvals;

/// <summary>Everything a person needs to decide.</summary>
/// <param name="Mail">The mail that came in, when one started the run.</param>
/// <param name="CameIn">What came in, from wherever.</param>
/// <param name="Models">Names of the models that worked on this run, the latest first.</param>
public sealed record ApprovalDetail(
    Approval Approval,
    Run Run,
    Effect? Effect,
    MailMessage? Mail,
    CameIn CameIn,
    IReadOnlyList<Evidence> Evidence,
    IReadOnlyList<Finding> Findings,
    IReadOnlyList<EffectEvent> Events,
    IReadOnlyList<string> Models)
{
    public OutgoingMessage? Message => Effect is null ? null : OutgoingMessage.Of(JsonElement.Parse(Effect.Arguments));

    public OutgoingMessage? OriginalMessage => Effect?.OriginalArguments is { } original ? OutgoingMessage.Of(JsonElement.Parse(original)) : null;
}

/// <summary>One approval with what stands behind it, in three queries.</summary>
public sealed class ReadApproval(BizQDatabase database, RunPayloads payloads)
{
    public async Task<Outcome<ApprovalDetail>> Run(Actor actor, Guid approvalId, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } lacking)
            return lacking;
        await using var db = database.Open(actor.WorkspaceId);
        var row = await (
            from approval in db.Approvals.AsNoTracking()
            where approval.Id == approvalId
            join run in db.Runs on approval.RunId equals run.Id
            join effect1 in db.Effects on approval.EffectId equals (Guid?)effect1.Id into effects
            from effect in effects.DefaultIfEmpty()
            join mail1 in db.Mails on run.MailId equals (Guid?)mail1.Id into mails
            from mail in mails.DefaultIfEmpty()
            select new { Approval = approval, Run = run, Effect = effect, Mail = mail }).FirstOrDefaultAsync(cancel);
        if (row is null)
            return Refusal.NotFound("approval");
        var events = row.Effect is null ? [] : await db.EffectEvents.AsNoTracking().Where(e => e.EffectId == row.Effect.Id).OrderBy(e => e.Id).ToListAsync(cancel);
        var models = await db.RunSteps.Where(s => s.RunId == row.Run.Id && s.Model != null).OrderByDescending(s => s.Sequence).Select(s => s.Model!).ToListAsync(cancel);
        return new ApprovalDetail(
            row.Approval,
            row.Run,
            row.Effect,
            row.Mail,
            CameIn.Of(await payloads.InputOf(row.Run, cancel) ?? Json.EmptyObject),
            await Access.Readable(db, actor, row.Effect?.Evidence is { ValueKind: JsonValueKind.Array } evidence ? Json.Read<List<Evidence>>(evidence)! : [], cancel),
            Concerns.Read(row.Effect?.Findings),
            events,
            [.. models.Distinct()]);
    }
}
