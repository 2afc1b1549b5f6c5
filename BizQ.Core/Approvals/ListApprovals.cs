using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Validation;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Approvals;

/// <param name="State">Open ones come oldest first, as they wait; all others newest first.</param>
public sealed record ListApprovalsRequest(ApprovalState? State = ApprovalState.Open, Guid? RunId = null, Guid? AgentId = null, int? Limit = null, string? Cursor = null);

/// <summary>An approval as a queue shows it.</summary>
/// <param name="FromName">Who wrote in, where somebody did.</param>
/// <param name="Concerns">How many findings want a close look.</param>
public sealed record ApprovalItem(Approval Approval, string? Operation, string? Target, Money? Amount, Verdict? Verdict, int Concerns, string? FromName, string? FromAddress, string RunTitle);

/// <summary>The queue of decisions.</summary>
public sealed class ListApprovals(BizQDatabase database)
{
    public async Task<Outcome<Page<ApprovalItem>>> Run(Actor actor, ListApprovalsRequest request, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } lacking)
            return lacking;
        await using var db = database.Open(actor.WorkspaceId);
        var approvals = db.Approvals.AsNoTracking();
        if (request.State is { } state)
            approvals = approvals.Where(a => a.State == state);
        if (request.RunId is { } run)
            approvals = approvals.Where(a => a.RunId == run);
        if (request.AgentId is { } agent)
            approvals = approvals.Where(a => a.AgentId == agent);
        var oldestFirst = request.State == ApprovalState.Open;
        if (request.Cursor is { Length: > 0 } cursor)
        {
            if (!Guid.TryParse(cursor, out var last))
                return Refusal.Invalid("badCursor", "This cursor is not one that a list gave. Start again without it.");
            approvals = oldestFirst ? approvals.Where(a => a.Id > last) : approvals.Where(a => a.Id < last);
        }
        var size = Page<ApprovalItem>.Size(request.Limit);
        var sorted = oldestFirst ? approvals.OrderBy(a => a.Id) : approvals.OrderByDescending(a => a.Id);
        var rows = await (
            from approval in sorted.Take(size + 1)
            join run1 in db.Runs on approval.RunId equals run1.Id
            join effect1 in db.Effects on approval.EffectId equals (Guid?)effect1.Id into effects
            from effect in effects.DefaultIfEmpty()
            join mail1 in db.Mails on run1.MailId equals (Guid?)mail1.Id into mails
            from mail in mails.DefaultIfEmpty()
            select new Row(approval, effect, run1.Title, mail == null ? null : mail.FromName, mail == null ? null : mail.FromAddress)).ToListAsync(cancel);
        // Joins keep no order.
        var items = rows.OrderBy(r => r.Approval.Id).Select(Item).ToList();
        if (!oldestFirst)
            items.Reverse();
        return new Page<ApprovalItem>([.. items.Take(size)], items.Count > size ? items[size - 1].Approval.Id.ToString() : null);
    }

    private sealed record Row(Approval Approval, Effect? Effect, string RunTitle, string? FromName, string? FromAddress);

    private static ApprovalItem Item(Row row) => new(
        row.Approval,
        row.Effect?.Operation,
        row.Effect?.Target,
        row.Effect is { Amount: { } amount, Currency: { } currency } ? new Money(amount, currency) : null,
        row.Effect?.Verdict,
        Concerns.Count(row.Effect?.Findings),
        row.FromName,
        row.FromAddress,
        row.RunTitle);
}
