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
    IReadOnlyList<Approval> Approvals);

public sealed class ReadRun(BizQDatabase database)
{
    public async Task<Outcome<RunDetail>> Run(Actor actor, Guid runId, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } lacking)
            return lacking;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.Id == runId, cancel) is not { } run)
            return Refusal.NotFound("run");
        var effects = db.Effects.AsNoTracking().Where(e => e.RunId == runId);
        return new RunDetail(
            run,
            await db.AgentVersions.AsNoTracking().FirstOrDefaultAsync(v => v.Id == run.AgentVersionId, cancel),
            await db.RunSteps.AsNoTracking().Where(s => s.RunId == runId).OrderBy(s => s.Sequence).ToListAsync(cancel),
            await effects.OrderBy(e => e.Id).ToListAsync(cancel),
            await db.EffectEvents.AsNoTracking().Where(v => effects.Any(e => e.Id == v.EffectId)).OrderBy(v => v.Id).ToListAsync(cancel),
            await db.Approvals.AsNoTracking().Where(a => a.RunId == runId).OrderBy(a => a.Id).ToListAsync(cancel));
    }
}
