using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Runs;

/// <param name="Newest">Go on with the agent's newest version instead of the one the run is pinned to.</param>
public sealed record RetryRunRequest(Guid RunId, bool Newest = false);

/// <summary>
/// Lets a failed, parked or cancelled run go on where it stopped: what succeeded is kept, what failed is tried anew, and what
/// it waited for when it ended is asked anew.
/// </summary>
public sealed class RetryRun(BizQDatabase database, Ids ids, TimeProvider clock, IWakeRuns wake)
{
    public Task<Outcome<Run>> Run(Actor actor, Guid runId, CancellationToken cancel) => Run(actor, new RetryRunRequest(runId), cancel);

    public async Task<Outcome<Run>> Run(Actor actor, RetryRunRequest request, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.StartRuns) is { } lacking)
            return lacking;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Runs.FirstOrDefaultAsync(r => r.Id == request.RunId, cancel) is not { } run)
            return Refusal.NotFound("run");
        if (run is { Status: RunStatus.Running, CancelRequestedAt: not null })
            return await TakeBack(db, actor, run, cancel);
        if (run.Status is not (RunStatus.Failed or RunStatus.Parked or RunStatus.Cancelled))
            return Refusal.Conflict("runNotStopped", $"Only a run that failed, was parked or was cancelled can go on; this one is {Json.Element(run.Status).GetString()}.");
        var agent = await db.Agents.AsNoTracking().FirstAsync(a => a.Id == run.AgentId, cancel);
        if (StartRun.WhyNot(agent) is { } not)
            return not;
        if (request.Newest && await MoveToNewest(db, run, agent, cancel) is { } unfit)
            return unfit;
        await SetAside(db, run, cancel);
        run.Status = RunStatus.Queued;
        (run.Error, run.Output, run.CompletedAt, run.DurationMs, run.CancelRequestedAt) = (null, null, null, null, null);
        db.RunNotes.Add(RunNote.Of(run.Id, request.Newest ? RunAsk.RetryOnNewest : RunAsk.Retry, actor, ids, clock.GetUtcNow()));
        return await Save(db, run, cancel);
    }

    /// <summary>It was asked to stop and is still finishing what it was busy with: then it just goes on.</summary>
    private async Task<Outcome<Run>> TakeBack(BizQDb db, Actor actor, Run run, CancellationToken cancel)
    {
        (run.CancelRequestedAt, run.Error) = (null, null);
        db.RunNotes.Add(RunNote.Of(run.Id, RunAsk.Retry, actor, ids, clock.GetUtcNow()));
        return await Save(db, run, cancel);
    }

    private async Task<Outcome<Run>> Save(BizQDb db, Run run, CancellationToken cancel)
    {
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateConcurrencyException)
        {
            return Refusal.Conflict("runChanged", "This run changed while you asked, most likely because somebody else tried it again. Look at it once more.");
        }
        await wake.Wake(run.Id);
        return run;
    }

    /// <summary>The steps whose nodes run again. What is on its way, or may have been done, is never set aside.</summary>
    private static async Task SetAside(BizQDb db, Run run, CancellationToken cancel)
    {
        // A parked run has only stopped: what it waits for is still asked.
        var waited = run.Status is RunStatus.Failed or RunStatus.Cancelled;
        var moving = db.Effects.Where(e => e.RunId == run.Id && (e.State == EffectState.Intended || e.State == EffectState.Uncertain)).Select(e => (Guid?)e.Id);
        var asked = db.Approvals.Where(a => a.RunId == run.Id && a.State == ApprovalState.Open).Select(a => (Guid?)a.Id);
        // One that failed and was seen to has led on: what followed stands.
        var stopped = await db.RunSteps.Where(s => s.RunId == run.Id && s.LiveEdges == null
            && (s.Status == StepStatus.Failed || s.Status == StepStatus.Skipped
                || (waited && s.Status == StepStatus.Waiting && !moving.Contains(s.EffectId) && !asked.Contains(s.ApprovalId)))).ToListAsync(cancel);
        var closed = await Closed(db, run, cancel);
        foreach (var step in stopped.Where(step => !closed.Exists(rounds => step.Path.StartsWith(rounds, StringComparison.Ordinal))))
            step.Status = StepStatus.Retried;
    }

    /// <summary>The rounds of loops that have come to their end all the same: what failed in one of them was reckoned with.</summary>
    private static async Task<List<string>> Closed(BizQDb db, Run run, CancellationToken cancel)
    {
        var loops = await db.RunSteps.Where(s => s.RunId == run.Id && s.Status != StepStatus.Retried && (s.Kind == LoopKinds.ForEach || s.Kind == LoopKinds.While || s.Kind == ToolLoop.Kind) && s.LiveEdges != null)
            .Select(s => new { s.Path, s.NodeId }).ToListAsync(cancel);
        return [.. loops.Select(loop => loop.Path.Length == 0 ? $"{loop.NodeId}/" : $"{loop.Path}/{loop.NodeId}/")];
    }

    private static async Task<Refusal?> MoveToNewest(BizQDb db, Run run, Agent agent, CancellationToken cancel)
    {
        if (run.AgentVersionId == agent.CurrentVersionId)
            return null;
        var versions = await db.AgentVersions.AsNoTracking().Where(v => v.Id == run.AgentVersionId || v.Id == agent.CurrentVersionId).ToDictionaryAsync(v => v.Id, cancel);
        var (old, newest) = (Json.Read<AgentDefinition>(versions[run.AgentVersionId].Definition)!, Json.Read<AgentDefinition>(versions[agent.CurrentVersionId!.Value].Definition)!);
        var steps = await db.RunSteps.Where(s => s.RunId == run.Id && s.Status != StepStatus.Retried).ToListAsync(cancel);
        if (FitVersion.Move(old, newest, steps) is { } unfit)
            return unfit;
        run.AgentVersionId = agent.CurrentVersionId.Value;
        return null;
    }
}
