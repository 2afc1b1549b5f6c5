using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Runs;

/// <summary>A run and everything it did: what its page shows and the API answers with.</summary>
/// <param name="AgentVersion">The version it is pinned to, with the graph its steps belong to.</param>
/// <param name="Steps">In the order they were recorded.</param>
/// <param name="EffectEvents">Of all its effects, oldest first.</param>
public sealed record RunDetail(
    Run Run,
    AgentVersion? AgentVersion,
    IReadOnlyList<RunStep> Steps,
    IReadOnlyList<Effect> Effects,
    IReadOnlyList<EffectEvent> EffectEvents,
    IReadOnlyList<Approval> Approvals)
{
    /// <summary>Who asked what of it, oldest first.</summary>
    public IReadOnlyList<RunNote> Notes { get; init; } = [];

    /// <summary>It rests because its agent is paused.</summary>
    public bool Held { get; init; }

    /// <summary>The agent has a newer version than the one it is pinned to.</summary>
    public bool HasNewer { get; init; }
}

public sealed class ReadRun(BizQDatabase database)
{
    /// <summary>Effects and approvals of one run that are read with it; a loop over thousands of items may have made more.</summary>
    private const int Most = 500;

    /// <summary>The run and everything recorded of it.</summary>
    public Task<Outcome<RunDetail>> Run(Actor actor, Guid runId, CancellationToken cancel) => Run(actor, runId, whole: true, cancel);

    /// <summary>The run with the steps outside of its loops, and these without what they took and made: enough to draw it.</summary>
    public Task<Outcome<RunDetail>> Outline(Actor actor, Guid runId, CancellationToken cancel) => Run(actor, runId, whole: false, cancel);

    private async Task<Outcome<RunDetail>> Run(Actor actor, Guid runId, bool whole, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } lacking)
            return lacking;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.Id == runId, cancel) is not { } run)
            return Refusal.NotFound("run");
        var effects = db.Effects.AsNoTracking().Where(e => e.RunId == runId).OrderBy(e => e.Id).Take(Most);
        var steps = db.RunSteps.AsNoTracking().Where(s => s.RunId == runId);
        var agent = await db.Agents.Where(a => a.Id == run.AgentId).Select(a => new { a.Status, a.CurrentVersionId }).FirstOrDefaultAsync(cancel);
        var seen = await (whole ? steps : ListSteps.Slim(steps.Where(s => s.Path == ""))).OrderBy(s => s.Sequence).ToListAsync(cancel);
        if (await CoverSteps.Of(db, actor, runId, seen, cancel) && run.Output is not null)
            run.Output = CoverSteps.Withheld;
        return new RunDetail(
            run,
            await db.AgentVersions.AsNoTracking().FirstOrDefaultAsync(v => v.Id == run.AgentVersionId, cancel),
            seen,
            await effects.ToListAsync(cancel),
            await db.EffectEvents.AsNoTracking().Where(v => effects.Any(e => e.Id == v.EffectId)).OrderBy(v => v.Id).ToListAsync(cancel),
            await db.Approvals.AsNoTracking().Where(a => a.RunId == runId).OrderByDescending(a => a.State == ApprovalState.Open).ThenBy(a => a.Id).Take(Most).ToListAsync(cancel))
        {
            Notes = await db.RunNotes.AsNoTracking().Where(n => n.RunId == runId).OrderBy(n => n.Id).ToListAsync(cancel),
            Held = agent?.Status == AgentStatus.Paused && run.Status is RunStatus.Queued or RunStatus.Running,
            HasNewer = agent is { CurrentVersionId: { } newest } && newest != run.AgentVersionId,
        };
    }
}
