using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Context;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using BizQ.Core.Validation;

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
public sealed class EffectDesk(JudgeEffect judge, LookAgain lookAgain, CallTool tools, AgentCatalog catalog, Ids ids, TimeProvider clock)
{
    private const string Policy = "BizQ";

    public async Task<Judged> Judge(
        Run run, AgentDefinition agent, NodeDefinition node, string operation, JsonElement arguments, IReadOnlyList<Evidence> evidence, CancellationToken cancel)
    {
        var canonical = CanonicalJson.Of(arguments);
        var text = canonical.Ok ? canonical.Value : Json.Text(arguments.GetRawText());
        var effect = NewEffect(run, node, operation, text);
        List<EffectEvent> events = [EffectLife.Propose(effect, run.AgentName, ids)];
        var judgement = canonical.Refusal is { } refusal
            ? new Judgement(Verdict.Block, [new Finding("schema", "Complete and well formed", Verdict.Block, refusal.Code, refusal.Message)], new Aim(null, null), evidence)
            : await judge.Judge(new Proposal(run.WorkspaceId, agent, operation, JsonElement.Parse(text), run.Input, run.Tainted, evidence), cancel);
        return new Judged(effect, events, Settle(effect, judgement, run.AgentName, events, Mover.Checks, null));
    }

    /// <summary>In a rehearsal: judged as ever, and then over. Nobody is asked and nothing leaves; what the checks block is blocked here too.</summary>
    public async Task<Judged> Rehearse(
        Run run, AgentDefinition agent, NodeDefinition node, string operation, JsonElement arguments, IReadOnlyList<Evidence> evidence, CancellationToken cancel)
    {
        var judged = await Judge(run, agent, node, operation, arguments, evidence, cancel);
        if (judged.Effect.State == EffectState.Blocked)
            return judged;
        var note = judged.Approval is { } asked ? $"A person would have been asked: {asked.Why}" : "It would have gone out by itself.";
        return new Judged(judged.Effect, [.. judged.Events, EffectLife.Move(judged.Effect, EffectState.Rehearsed, Mover.Desk, Policy, note, clock.GetUtcNow(), ids)], null);
    }

    public async Task<Rechecked> Recheck(Run run, AgentDefinition agent, Effect effect, CancellationToken cancel)
    {
        var before = effect.Evidence is { ValueKind: JsonValueKind.Array } list ? Json.Read<List<Evidence>>(list)! : [];
        var again = await lookAgain.At(run.WorkspaceId, before, cancel);
        var proposal = new Proposal(run.WorkspaceId, agent, effect.Operation, JsonElement.Parse(effect.Arguments), run.Input, run.Tainted, again.Evidence);
        var aged = await Aged(effect, proposal, cancel);
        if (again.Changes.Count + aged.Count == 0)
            return new Rechecked.Ok([.. Pass(effect)]);

        List<Finding> changes =
        [
            .. again.Changes.Select(change => new Finding("recheck", "Facts since the approval", Verdict.Review, "factsChanged", change)),
            .. aged.Select(finding => finding with { Check = "recheck", Title = "Facts since the approval" }),
        ];
        var why = string.Join(' ', changes.Select(change => change.Message));
        var judgement = await judge.Judge(proposal, cancel);
        judgement = judgement with
        {
            Verdict = (Verdict)Math.Max((int)judgement.Verdict, (int)Verdict.Review),
            Findings = [.. judgement.Findings.Where(f => f.Verdict == Verdict.Block), .. changes, .. judgement.Findings.Where(f => f.Verdict != Verdict.Block)],
        };
        List<EffectEvent> events = [];
        return new Rechecked.Changed(new Judged(effect, events, Settle(effect, judgement, run.AgentName, events, Mover.Desk, why)), why);
    }

    /// <summary>Rechecked → Intended. Commit it before calling <see cref="Execute"/>: that is what survives a crash.</summary>
    public EffectEvent Intend(Effect effect) => EffectLife.Move(effect, EffectState.Intended, Mover.Desk, Policy, null, clock.GetUtcNow(), ids);

    /// <summary>Calls the tool. The effect must be Intended and committed.</summary>
    public Task<Executed> Execute(Run run, Effect effect, CancellationToken cancel) => tools.Run(run, effect, cancel);

    /// <summary>For an effect found Intended after a crash: an idempotent operation is executed again under its key, any other becomes Uncertain.</summary>
    public Task<Executed> Recover(Run run, Effect effect, CancellationToken cancel) => tools.Recover(run, effect, cancel);

    private Effect NewEffect(Run run, NodeDefinition node, string operation, string arguments)
    {
        var id = ids.New();
        return new Effect
        {
            Id = id,
            WorkspaceId = run.WorkspaceId,
            RunId = run.Id,
            AgentId = run.AgentId,
            // A call of a model is its node's.
            NodeId = ToolLoop.IsInner(node.Id) ? node.Parent! : node.Id,
            Operation = operation,
            Arguments = arguments,
            Hash = EffectHash.Of(operation, arguments),
            State = EffectState.Proposed,
            IdempotencyKey = id.ToString("N"),
            ProposedAt = clock.GetUtcNow(),
        };
    }

    /// <summary>Writes the judgement into the effect and moves it to where the verdict leads: Approved, Blocked, or a person.</summary>
    private Approval? Settle(Effect effect, Judgement judgement, string agentName, List<EffectEvent> events, Mover by, string? why)
    {
        var now = clock.GetUtcNow();
        effect.Target = judgement.Aim.Target;
        effect.Amount = judgement.Aim.Amount?.Value;
        effect.Currency = judgement.Aim.Amount?.Currency;
        effect.Verdict = judgement.Verdict;
        effect.Findings = Json.Element(judgement.Findings);
        effect.Evidence = Json.Element(judgement.Evidence);
        events.Add(EffectLife.Move(effect, EffectState.Judged, by, Policy, why ?? judgement.Verdict.ToString().ToLowerInvariant(), now, ids));
        switch (judgement.Verdict)
        {
            case Verdict.Block:
                effect.Error = string.Join(' ', judgement.Blocks.Select(finding => finding.Message));
                events.Add(EffectLife.Move(effect, EffectState.Blocked, Mover.Checks, Policy, string.Join(", ", judgement.Blocks.Select(f => f.Reason).Distinct()), now, ids));
                return null;
            case Verdict.Allow:
                events.Add(EffectLife.Move(effect, EffectState.Approved, Mover.Policy, Policy, "All checks agree.", now, ids));
                return null;
            default:
                return AskPerson.About(effect, catalog.Operations.FirstOrDefault(o => o.Name == effect.Operation), agentName, judgement.Findings, now, ids);
        }
    }

    /// <summary>What time alone has made doubtful since the effect was judged.</summary>
    private async Task<List<Finding>> Aged(Effect effect, Proposal proposal, CancellationToken cancel)
    {
        var known = Concerns.Read(effect.Findings).Select(finding => (finding.Reason, finding.Quote)).ToHashSet();
        var fresh = await judge.Freshness(proposal, cancel);
        return [.. fresh.Findings.Where(finding => finding.Verdict != Verdict.Allow && !known.Contains((finding.Reason, finding.Quote)))];
    }

    private IEnumerable<EffectEvent> Pass(Effect effect)
    {
        // Found Rechecked after a crash: looking again was right, but it has nowhere to move.
        if (effect.State != EffectState.Rechecked)
            yield return EffectLife.Move(effect, EffectState.Rechecked, Mover.Desk, Policy, "Nothing it relied on has changed.", clock.GetUtcNow(), ids);
    }
}
