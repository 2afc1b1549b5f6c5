using System.Data.Common;
using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using BizQ.Core.Triggers;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Approvals;

/// <param name="Reason">Required to reject; kept with an approval as a note.</param>
/// <param name="EditedArguments">What to run instead of what was proposed; fields that are not given stay as they are.</param>
/// <param name="Hash">The hash that was shown; a decision on another one is refused.</param>
/// <param name="Answer">For an Uncertain approval: "sent", "retry" or "giveUp"; for a Failure: "retry", "continue" or "stop".</param>
public sealed record DecideRequest(Guid ApprovalId, bool Approve, string? Reason, JsonElement? EditedArguments, string? Hash, string? Answer = null);

/// <summary>
/// A person (or their key) says yes, no, or yes to a changed text. Approval, effect and run are written in one transaction
/// under their versions, so one decision counts, whoever else tries at the same moment.
/// </summary>
public sealed class DecideApproval(BizQDatabase database, EditProposal edit, OwnWork ownWork, RunPayloads payloads, Ids ids, TimeProvider clock, IWakeRuns wake)
{
    // The run loop writes the run often, so an honest decision may lose its version several times; a decided approval ends the tries.
    private const int Attempts = 20;

    private const int LongestReason = 2000;

    public async Task<Outcome<Approval>> Run(Actor actor, DecideRequest request, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.Decide) is { } lacking)
            return lacking;
        if (actor.Kind is not (ActorKind.Person or ActorKind.ApiKey))
            return new Refusal(RefusalKind.Forbidden, "agentsNeverDecide", "Only people decide approvals, never an agent or BizQ itself.");
        if (request.Reason?.Length > LongestReason)
            return Refusal.TooLarge("reasonTooLong", $"A reason has at most {LongestReason} characters.");
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var outcome = await Once(actor, request, cancel);
                if (outcome.Ok)
                    await wake.Wake(outcome.Value.RunId);
                return outcome;
            }
            catch (DbUpdateException problem) when (attempt < Attempts && (problem is DbUpdateConcurrencyException || problem.InnerException is DbException { IsTransient: true }))
            {
                // Somebody wrote one of the three in between: look again, the approval may be decided now.
            }
        }
    }

    private async Task<Outcome<Approval>> Once(Actor actor, DecideRequest request, CancellationToken cancel)
    {
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Approvals.Where(a => a.Id == request.ApprovalId).Select(a => new { a.RunId, a.EffectId }).FirstOrDefaultAsync(cancel) is not { } about)
            return Refusal.NotFound("approval");
        var run = await db.Runs.FirstAsync(r => r.Id == about.RunId, cancel);
        var effect = about.EffectId is { } id ? await db.Effects.FirstAsync(e => e.Id == id, cancel) : null;
        // Read last: while it is open, the effect read before it had not been decided either; the versions catch the rest.
        var approval = await db.Approvals.FirstAsync(a => a.Id == request.ApprovalId, cancel);
        if (approval.State != ApprovalState.Open)
            return Decided(actor, approval);
        if (await Refuse(db, actor, request, approval, run, effect, cancel) is { } refusal)
            return refusal;
        if (effect is not null && await Move(db, actor, request, approval, run, effect, cancel) is { } blocked)
            return blocked;
        // Which of the three it was goes with the step, as what an event brings does.
        if (approval.Kind == ApprovalKind.Failure && await db.RunSteps.FirstOrDefaultAsync(s => s.RunId == run.Id && s.ApprovalId == approval.Id, cancel) is { } failed)
            failed.Output = await payloads.Stored(run.WorkspaceId, FailureAnswers.Keep(request, await payloads.Whole(run.WorkspaceId, failed.Output, cancel)), cancel);
        approval.State = Says(request) ? ApprovalState.Approved : ApprovalState.Rejected;
        approval.DecidedAt = clock.GetUtcNow();
        approval.DecidedBy = actor.Id;
        approval.DecidedByName = actor.Name;
        approval.Reason = string.IsNullOrWhiteSpace(request.Reason) ? null : request.Reason.Trim();
        await TellEvents.Decided(db, approval, run, ids, clock.GetUtcNow(), cancel);
        if (!run.Ended)
            run.Status = RunStatus.Running;
        // The run's version moves even when its status does not: whoever read it before this decision must read it again.
        db.Entry(run).Property(r => r.Status).IsModified = true;
        await db.SaveChangesAsync(cancel);
        return approval;
    }

    private async Task<Refusal?> Refuse(BizQDb db, Actor actor, DecideRequest request, Approval approval, Run run, Effect? effect, CancellationToken cancel)
    {
        if (run.Ended && (approval.Kind != ApprovalKind.Uncertain || request.Answer == "retry"))
            return Refusal.Conflict("runEnded", "The run this belongs to has ended, so nothing can be done for it any more.");
        if (!request.Approve && approval.Kind is (ApprovalKind.Effect or ApprovalKind.Step) && string.IsNullOrWhiteSpace(request.Reason))
            return Refusal.Invalid("reasonMissing", "Say why you reject this: the agent's builders learn from it.", new Problem("/reason", "A reason is required."));
        if (request.Hash is { } shown && shown != (effect?.Hash ?? approval.Hash ?? shown))
            return Refusal.Conflict("shownChanged", "What would be done has changed since it was shown to you. Look at it again before you decide.");
        if (request.EditedArguments is not null && (approval.Kind != ApprovalKind.Effect || !request.Approve))
            return Refusal.Invalid("nothingToEdit", "Only a proposed action that is being approved can be edited.", new Problem("/editedArguments", "Leave it out."));
        if (approval.Kind == ApprovalKind.Uncertain && Answers.Problem(request, effect!) is { } unclear)
            return unclear;
        // Nobody approves their own work; but a failure is nobody's work, and trying again or going on acts on nothing.
        if (approval.Kind == ApprovalKind.Failure)
            return FailureAnswers.Problem(request);
        return Says(request) ? await ownWork.Refuse(db, actor, run, cancel) : null;
    }

    private async Task<Refusal?> Move(BizQDb db, Actor actor, DecideRequest request, Approval approval, Run run, Effect effect, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        void To(EffectState state, string? note) => db.EffectEvents.Add(EffectLife.Move(effect, state, Mover.Person, actor.Name, note, now, ids));
        if (approval.Kind == ApprovalKind.Uncertain)
        {
            Answers.Apply(request, effect, actor, To);
            return null;
        }
        if (!request.Approve)
        {
            To(EffectState.Rejected, request.Reason!.Trim());
            return null;
        }
        if (request.EditedArguments is { } edited)
        {
            var outcome = await edit.Apply(db, actor, run, effect, edited, cancel);
            if (outcome.Refusal is { } refusal)
                return refusal;
            if (outcome.Value is { } what)
            {
                To(EffectState.Judged, what);
                approval.Edited = true;
            }
        }
        To(EffectState.Approved, string.IsNullOrWhiteSpace(request.Reason) ? null : request.Reason.Trim());
        return null;
    }

    /// <summary>"giveUp" and "stop" are a no, however they were sent.</summary>
    private static bool Says(DecideRequest request) => request.Answer is null ? request.Approve : request.Answer is not ("giveUp" or FailureAnswers.Stop);

    private Refusal Decided(Actor actor, Approval approval)
    {
        var who = approval.DecidedBy == actor.Id && actor.Id is not null ? "You" : approval.DecidedByName;
        var what = approval.State switch { ApprovalState.Approved => "approved", ApprovalState.Rejected => "rejected", _ => "closed" };
        return approval.State == ApprovalState.Expired
            ? Refusal.Conflict("alreadyDecided", $"This is no longer asked: {approval.Reason ?? "it expired."}")
            : Refusal.Conflict("alreadyDecided", $"{who ?? "Somebody"} {what} this {Age(clock.GetUtcNow() - approval.DecidedAt!.Value)}.");
    }

    private static string Age(TimeSpan age) => age switch
    {
        { TotalSeconds: < 60 } => "just now",
        { TotalHours: < 1 } => $"{(int)age.TotalMinutes} min ago",
        { TotalDays: < 1 } => $"{(int)age.TotalHours} h ago",
        _ => $"{(int)age.TotalDays} d ago",
    };
}
