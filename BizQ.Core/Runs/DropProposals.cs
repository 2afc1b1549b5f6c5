using BizQ.Core.Approvals;
using BizQ.Core.Effects;

namespace BizQ.Core.Runs;

/// <summary>A run that ends early leaves nothing behind that a person could still approve.</summary>
public static class DropProposals
{
    /// <summary>
    /// Expires the run's open approvals and rejects what was proposed and has not begun; both are changed in place. Whether
    /// something uncertain has happened stays a question to people.
    /// </summary>
    public static IReadOnlyList<EffectEvent> Of(IEnumerable<Effect> effects, IEnumerable<Approval> approvals, Mover by, string byName, string why, Ids ids, DateTimeOffset now)
    {
        foreach (var approval in approvals.Where(IsOpen))
        {
            approval.State = ApprovalState.Expired;
            approval.DecidedAt = now;
            approval.Reason = why;
        }
        return [.. effects.Where(HasNotBegun).ToList().Select(effect => EffectLife.Move(effect, EffectState.Rejected, by, byName, why, now, ids))];
    }

    public static bool IsOpen(Approval approval) => approval is { State: ApprovalState.Open, Kind: not ApprovalKind.Uncertain };

    public static bool HasNotBegun(Effect effect) =>
        effect.State is EffectState.Proposed or EffectState.Judged or EffectState.Approved or EffectState.Rechecked;
}
