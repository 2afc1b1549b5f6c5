using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Runs;

/// <summary>One step with all it took and made.</summary>
/// <param name="Events">The life of its effect, oldest first.</param>
/// <param name="Listens">What it waits for, while it does.</param>
/// <param name="CalledRunId">The run it has started.</param>
public sealed record StepDetail(RunStep Step, Effect? Effect, IReadOnlyList<EffectEvent> Events, Approval? Approval, RunWait? Listens, Guid? CalledRunId);

public sealed class ReadStep(BizQDatabase database)
{
    public async Task<Outcome<StepDetail>> Run(Actor actor, Guid runId, Guid stepId, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } lacking)
            return lacking;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.RunSteps.AsNoTracking().FirstOrDefaultAsync(s => s.Id == stepId && s.RunId == runId, cancel) is not { } step)
            return Refusal.NotFound("step");
        await CoverSteps.Of(db, actor, runId, [step], cancel);
        return new StepDetail(
            step,
            step.EffectId is { } effect ? await db.Effects.AsNoTracking().FirstOrDefaultAsync(e => e.Id == effect, cancel) : null,
            step.EffectId is { } moved ? await db.EffectEvents.AsNoTracking().Where(e => e.EffectId == moved).OrderBy(e => e.Id).ToListAsync(cancel) : [],
            step.ApprovalId is { } approval ? await db.Approvals.AsNoTracking().FirstOrDefaultAsync(a => a.Id == approval, cancel) : null,
            step.Status == StepStatus.Waiting ? await db.RunWaits.AsNoTracking().FirstOrDefaultAsync(w => w.RunId == runId && w.StepId == stepId, cancel) : null,
            await db.Runs.Where(r => r.ParentRunId == runId && r.ParentStepId == stepId).Select(r => (Guid?)r.Id).FirstOrDefaultAsync(cancel));
    }
}
