using System.Text.Json;
using System.Text.Json.Nodes;
using BizQ.Core.Agents;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using BizQ.Core.Validation;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Approvals;

/// <summary>
/// A person changes what would be done. That is a new proposal under a new hash: it is judged like the first one, what the
/// agent proposed is kept beside it, and a finding that blocks refuses the edit.
/// </summary>
public sealed class EditProposal(JudgeEffect judge, RunPayloads payloads)
{
    /// <summary>Changes the effect in place; the note says which fields changed, null when none did.</summary>
    public async Task<Outcome<string?>> Apply(BizQDb db, Actor actor, Run run, Effect effect, JsonElement edited, CancellationToken cancel)
    {
        var read = await Judge(db, run, effect, edited, cancel);
        if (read.Refusal is { } refusal)
            return refusal;
        var (canonical, judgement) = read.Value;
        if (canonical == effect.Arguments)
            return (string?)null;
        if (judgement.Blocks.ToList() is { Count: > 0 } blocks)
        {
            return Refusal.Invalid("editBlocked", "Your changed version may not go out. Change it again, or reject the proposal.",
                [.. blocks.Select(finding => new Problem("/editedArguments", finding.Message))]);
        }
        var changed = Changed(effect.Arguments, canonical);
        effect.OriginalArguments ??= effect.Arguments;
        effect.OriginalHash ??= effect.Hash;
        effect.Arguments = canonical;
        effect.Hash = EffectHash.Of(effect.Operation, canonical);
        effect.Target = judgement.Aim.Target;
        effect.Amount = judgement.Aim.Amount?.Value;
        effect.Currency = judgement.Aim.Amount?.Currency;
        effect.Verdict = judgement.Verdict;
        effect.Findings = Json.Element(judgement.Findings);
        return $"{actor.Name} changed {string.Join(", ", changed)}.";
    }

    /// <summary>What the checks would say about the edit, without changing anything.</summary>
    public async Task<Outcome<(string Canonical, Judgement Judgement)>> Judge(BizQDb db, Run run, Effect effect, JsonElement edited, CancellationToken cancel)
    {
        if (edited.ValueKind != JsonValueKind.Object)
            return Refusal.Invalid("badEdit", "The edited arguments must be a JSON object.", new Problem("/editedArguments", "Must be an object."));
        var whole = Merge(effect.Arguments, edited);
        var canonical = CanonicalJson.Of(whole);
        if (canonical.Refusal is { } refusal)
            return refusal;
        var version = await db.AgentVersions.AsNoTracking().FirstAsync(v => v.Id == run.AgentVersionId, cancel);
        var evidence = effect.Evidence is { ValueKind: JsonValueKind.Array } list ? Json.Read<List<Evidence>>(list)! : [];
        var agent = await ActWithin.Callers(db, payloads, run, Json.Read<AgentDefinition>(version.Definition)!, cancel);
        if (await payloads.InputOf(run, cancel) is not { } input)
            return ReadPayload.Lost;
        var proposal = new Proposal(run.WorkspaceId, agent, effect.Operation, whole, input, run.Tainted, evidence);
        return (canonical.Value, await judge.Judge(proposal, cancel));
    }

    /// <summary>The proposal with the edited fields put over it.</summary>
    private static JsonElement Merge(string arguments, JsonElement edited)
    {
        var whole = JsonNode.Parse(arguments) as JsonObject ?? [];
        foreach (var field in edited.EnumerateObject())
            whole[field.Name] = JsonNode.Parse(field.Value.GetRawText());
        return JsonElement.Parse(whole.ToJsonString(Json.Options));
    }

    private static IEnumerable<string> Changed(string before, string after)
    {
        var (was, now) = (JsonElement.Parse(before), JsonElement.Parse(after));
        return now.EnumerateObject().Where(field => !was.TryGetProperty(field.Name, out var old) || !JsonElement.DeepEquals(old, field.Value)).Select(field => field.Name);
    }
}
