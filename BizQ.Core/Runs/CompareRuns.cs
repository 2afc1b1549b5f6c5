using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Core.Data.Archiving;
using BizQ.Core.Validation;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Runs;

/// <summary>What one of two runs came to at a place.</summary>
/// <param name="Arguments">What it wanted to do, where it wanted to act.</param>
public sealed record SideOfStep(Guid StepId, StepStatus Status, JsonElement? Output, JsonElement? Error, JsonElement? Arguments, Verdict? Verdict);

/// <summary>A place in both runs, or in one of them.</summary>
public sealed record ComparedStep(string Path, string NodeId, string Kind, string? Title, SideOfStep? Before, SideOfStep? After, bool Same);

/// <param name="Cut">There are more steps than are compared.</param>
public sealed record ComparedRuns(Run Before, Run After, IReadOnlyList<ComparedStep> Steps, bool SameOutput, bool Cut)
{
    public int Different => Steps.Count(step => !step.Same);
}

/// <summary>A run beside the one it repeats or rehearses, step by step: what came out differently.</summary>
public sealed class CompareRuns(BizQDatabase database, RunPayloads payloads)
{
    /// <summary>Steps of each run; what is beyond them is not worth looking through by eye.</summary>
    private const int Most = 300;

    // Numbers of this run alone, and what a rehearsal cannot have.
    private static readonly string[] OwnNames = ["effectId", "case", "state", "result", "verdict", "runId"];

    public async Task<Outcome<ComparedRuns>> Run(Actor actor, Guid runId, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } lacking)
            return lacking;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.Id == runId, cancel) is not { } after)
            return Refusal.NotFound("run");
        if (after.RepeatOf is not { } past)
            return Refusal.Conflict("nothingToCompare", "This run repeats no other, so there is nothing to compare it with.");
        if (await db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.Id == past, cancel) is not { } before)
            return Refusal.NotFound("run");
        var (old, now) = (await Sides(db, actor, past, cancel), await Sides(db, actor, runId, cancel));
        var steps = new List<ComparedStep>();
        try
        {
            foreach (var place in now.Keys.Union(old.Keys))
                steps.Add(await Compare(actor, old.GetValueOrDefault(place), now.GetValueOrDefault(place), cancel));
            return new ComparedRuns(before, after, steps, await Equal(actor, before.Output, after.Output, cancel), old.Count >= Most || now.Count >= Most);
        }
        catch (PayloadLostException)
        {
            return ReadPayload.Lost;
        }
    }

    private static async Task<Dictionary<(string, string), (RunStep Step, SideOfStep Side)>> Sides(BizQDb db, Actor actor, Guid runId, CancellationToken cancel)
    {
        var steps = await db.RunSteps.AsNoTracking().Where(s => s.RunId == runId && s.Status != StepStatus.Retried).OrderBy(s => s.Sequence).Take(Most).ToListAsync(cancel);
        await CoverSteps.Of(db, actor, runId, steps, cancel);
        var effects = await db.Effects.AsNoTracking().Where(e => e.RunId == runId).Take(Most).ToDictionaryAsync(e => e.Id, cancel);
        return steps.GroupBy(s => (s.Path, s.NodeId)).ToDictionary(same => same.Key, same =>
        {
            var step = same.Last();
            var effect = step.EffectId is { } id ? effects.GetValueOrDefault(id) : null;
            return (step, new SideOfStep(step.Id, step.Status, step.Output, step.Error, effect is null ? null : JsonElement.Parse(effect.Arguments), effect?.Verdict));
        });
    }

    private async Task<ComparedStep> Compare(Actor actor, (RunStep Step, SideOfStep Side) before, (RunStep Step, SideOfStep Side) after, CancellationToken cancel)
    {
        var step = after.Step ?? before.Step;
        var same = before.Side is { } old && after.Side is { } now && await Same(actor, old, now, cancel);
        return new ComparedStep(step.Path, step.NodeId, step.Kind, step.Title, before.Side, after.Side, same);
    }

    /// <summary>Of an action counts what would be done and how it was judged; whether it was done is what a rehearsal leaves out.</summary>
    private async Task<bool> Same(Actor actor, SideOfStep before, SideOfStep after, CancellationToken cancel) => before.Arguments is not null || after.Arguments is not null
        ? Equal(before.Arguments, after.Arguments) && before.Verdict == after.Verdict && Failed(before) == Failed(after)
        : Failed(before) == Failed(after) && await Equal(actor, before.Output, after.Output, cancel);

    private static bool Failed(SideOfStep side) => side.Status == StepStatus.Failed;

    /// <summary>What is large is the same under the same hash; otherwise two at a time are read, and forgotten again.</summary>
    private async Task<bool> Equal(Actor actor, JsonElement? before, JsonElement? after, CancellationToken cancel)
    {
        var (old, now) = (ArchivedJson.In(before), ArchivedJson.In(after));
        if (old is null && now is null)
            return Equal(before, after);
        return old?.Hash == now?.Hash || Equal(await payloads.Whole(actor.WorkspaceId, before, cancel), await payloads.Whole(actor.WorkspaceId, after, cancel));
    }

    private static bool Equal(JsonElement? before, JsonElement? after)
    {
        if (before is not { } old || after is not { } now)
            return before is null && after is null;
        return JsonElement.DeepEquals(Shared(old), Shared(now));
    }

    private static JsonElement Shared(JsonElement value) => value.ValueKind == JsonValueKind.Object && value.TryGetProperty("effectId", out _)
        ? Json.Element(value.EnumerateObject().Where(part => !OwnNames.Contains(part.Name)).ToDictionary(part => part.Name, part => part.Value))
        : value;
}
