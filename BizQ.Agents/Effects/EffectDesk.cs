using System.Text.Json;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Context;
using BizQ.Core.Effects;
using BizQ.Core.Runs;

namespace BizQ.Agents.Effects;

/// <summary>
/// A proposed effect, judged. Nothing of it is saved: the run loop commits all rows together with the step. With an
/// <paramref name="Approval"/> the step waits; without one the effect is Approved by policy, or Blocked.
/// </summary>
public sealed record Judged(Effect Effect, IReadOnlyList<EffectEvent> Events, Approval? Approval);

/// <summary>What looking again at the facts just before the effect runs came to. The effect given was changed in place; commit it.</summary>
public abstract record Rechecked
{
    private Rechecked() { }

    /// <summary>Nothing changed: the effect is Rechecked. <see cref="EffectDesk.Intend"/> it, commit, then execute.</summary>
    public sealed record Ok(IReadOnlyList<EffectEvent> Events) : Rechecked;

    /// <summary>Something it relied on changed: it waits for a person again (or is Blocked now, without an approval).</summary>
    public sealed record Changed(Judged Again, string Why) : Rechecked;
}

/// <summary>
/// How the call ended: the effect (changed in place) is Done, Failed or Uncertain. With an <paramref name="Approval"/> the
/// step waits: a person is asked whether it happened, or whether to try again.
/// </summary>
public sealed record Executed(Effect Effect, IReadOnlyList<EffectEvent> Events, Approval? Approval);

/// <summary>
/// Where an agent's proposal becomes an act. The run loop calls it and commits what it returns:
/// <see cref="Judge"/> → (a person approves) → <see cref="Recheck"/> → <see cref="Intend"/>, committed → <see cref="Execute"/>.
/// A waiting step goes on by the effect's state once its approval is decided: Approved → recheck, Done → succeeded,
/// Rejected → its case, Failed or Blocked → failed.
/// </summary>
public sealed class EffectDesk
{
    public Task<Judged> Judge(
        Run run, AgentDefinition agent, NodeDefinition node, string operation, JsonElement arguments, IReadOnlyList<Evidence> evidence, CancellationToken cancel) =>
        throw new NotSupportedException();

    public Task<Rechecked> Recheck(Run run, AgentDefinition agent, Effect effect, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>Rechecked → Intended. Commit it before calling <see cref="Execute"/>: that is what survives a crash.</summary>
    public EffectEvent Intend(Effect effect) => throw new NotSupportedException();

    /// <summary>Calls the tool. The effect must be Intended and committed.</summary>
    public Task<Executed> Execute(Effect effect, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>For an effect found Intended after a crash: an idempotent operation is executed again under its key, any other becomes Uncertain.</summary>
    public Task<Executed> Recover(Effect effect, CancellationToken cancel) => throw new NotSupportedException();
}
