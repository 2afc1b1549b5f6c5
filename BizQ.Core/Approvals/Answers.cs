using BizQ.Core.Effects;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Approvals;

/// <summary>What a person can say about an effect of which it is not known whether it happened, or that certainly did not.</summary>
internal static class Answers
{
    public static Refusal? Problem(DecideRequest request, Effect effect)
    {
        var answer = Of(request);
        if (answer is "retry" or "giveUp" || (answer == "sent" && effect.State == EffectState.Uncertain))
            return null;
        var allowed = effect.State == EffectState.Uncertain ? "\"sent\" (it was done), \"retry\" (do it again) or \"giveUp\"" : "\"retry\" (try again) or \"giveUp\"";
        return Refusal.Invalid("answerMissing", $"Say what to do: {allowed}.", new Problem("/answer", $"Must be {allowed}."));
    }

    public static void Apply(DecideRequest request, Effect effect, Actor actor, Action<EffectState, string?> to)
    {
        switch (Of(request))
        {
            case "sent":
                to(EffectState.Done, $"{actor.Name} looked: it was done. {request.Reason}".Trim());
                effect.Result = Json.Element(new { confirmedBy = actor.Name });
                effect.Error = null;
                break;
            case "retry":
                to(EffectState.Approved, $"To be done again. {request.Reason}".Trim());
                effect.Error = null;
                break;
            default:
                if (effect.State == EffectState.Uncertain)
                    to(EffectState.Failed, $"Given up. {request.Reason}".Trim());
                effect.Error ??= "Given up.";
                break;
        }
    }

    private static string? Of(DecideRequest request) => request.Answer ?? (request.Approve ? null : "giveUp");
}
