using System.Text.Json;
using BizQ.Agents.Runtime.Flow;
using BizQ.Agents.Runtime.Turns;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Agents.Runtime.Journal;

/// <summary>A run as it stands in the database, with what its expressions may know of the workspace.</summary>
/// <param name="Held">Its agent is paused: nothing of it starts, only what is on its way out is followed to its end.</param>
public sealed record LoadedRun(RunJournal Journal, Workspace Workspace, bool Held = false)
{
    /// <summary>Why it cannot go on: something large that it was given or has made is not in the archive. Then its journal holds references in its place.</summary>
    public string? Lost { get; init; }
}

/// <summary>Reads a run and all that is recorded of it.</summary>
public sealed class LoadRun(BizQDatabase database, RunPayloads payloads)
{
    /// <summary>Runs are woken by id alone, so the workspace is found with the run; everything else is read inside it.</summary>
    public async Task<LoadedRun?> Find(Guid runId, CancellationToken cancel)
    {
        await using var db = database.OpenUnscoped();
        var found = await (
            from run in db.Runs.IgnoreQueryFilters([BizQDb.WorkspaceFilter]).AsNoTracking()
            join workspace in db.Workspaces.AsNoTracking() on run.WorkspaceId equals workspace.Id
            join agent in db.Agents.IgnoreQueryFilters([BizQDb.WorkspaceFilter]).AsNoTracking() on run.AgentId equals agent.Id
            where run.Id == runId
            select new { Run = run, Workspace = workspace, agent.Status }).FirstOrDefaultAsync(cancel);
        if (found is null)
            return null;
        try
        {
            return new LoadedRun(await Journal(found.Run, whole: true, cancel), found.Workspace, found.Status == AgentStatus.Paused);
        }
        catch (PayloadLostException lost)
        {
            return new LoadedRun(await Journal(found.Run, whole: false, cancel), found.Workspace, found.Status == AgentStatus.Paused) { Lost = lost.Message };
        }
    }

    /// <summary>Whose the run is, without what it was given and has recorded.</summary>
    public async Task<RunPlace?> Where(Guid runId, CancellationToken cancel)
    {
        await using var db = database.OpenUnscoped();
        var found = await (
            from run in db.Runs.IgnoreQueryFilters([BizQDb.WorkspaceFilter])
            join workspace in db.Workspaces on run.WorkspaceId equals workspace.Id
            join agent in db.Agents.IgnoreQueryFilters([BizQDb.WorkspaceFilter]) on run.AgentId equals agent.Id
            where run.Id == runId
            select new { run.WorkspaceId, run.AgentId, run.AgentVersionId, workspace.Settings, agent.Status }).FirstOrDefaultAsync(cancel);
        return found is null
            ? null
            : new RunPlace(found.WorkspaceId, found.AgentId, found.AgentVersionId, WorkspaceLimits.Of(found.Settings).RunsInFlight, found.Status == AgentStatus.Paused);
    }

    private async Task<RunJournal> Journal(Run run, bool whole, CancellationToken cancel)
    {
        if (whole)
            await payloads.Fill(run, cancel);
        return IsFresh(run) ? new RunJournal(run) : await Recorded(run, whole, cancel);
    }

    private async Task<RunJournal> Recorded(Run run, bool whole, CancellationToken cancel)
    {
        await using var db = database.Open(run.WorkspaceId);
        var steps = await db.RunSteps.AsNoTracking().Where(s => s.RunId == run.Id).OrderBy(s => s.Sequence).ToListAsync(cancel);
        foreach (var step in whole ? steps : [])
            await payloads.Fill(step, cancel);
        // Effects and approvals belong to steps; most runs have neither, and ten thousand that are recovered ask once each.
        var plain = steps.TrueForAll(s => s.EffectId is null && s.ApprovalId is null);
        return new RunJournal(
            run,
            steps,
            plain ? [] : await db.Effects.AsNoTracking().Where(e => e.RunId == run.Id).ToListAsync(cancel),
            plain ? [] : await db.Approvals.AsNoTracking().Where(a => a.RunId == run.Id).ToListAsync(cancel))
        {
            Past = run is { Rehearsal: true, RepeatOf: { } past } && whole ? await PastOf(db, past, cancel) : new Dictionary<Place, JsonElement>(),
        };
    }

    private async Task<Dictionary<Place, JsonElement>> PastOf(BizQDb db, Guid past, CancellationToken cancel)
    {
        var answers = await db.RunSteps.AsNoTracking()
            .Where(s => s.RunId == past && s.Status == StepStatus.Succeeded && s.Output != null && (RunJournal.WaitingKinds.Contains(s.Kind) || (s.ApprovalId != null && s.EffectId == null)))
            .OrderBy(s => s.Sequence).Select(s => new { s.Path, s.NodeId, s.Output }).ToListAsync(cancel);
        var known = new Dictionary<Place, JsonElement>();
        foreach (var same in answers.GroupBy(a => new Place(a.Path, a.NodeId)))
            known[same.Key] = (await payloads.Whole(db.CurrentWorkspace, same.Last().Output, cancel))!.Value;
        return known;
    }

    /// <summary>Every commit counts the version up, so the first one has no steps yet.</summary>
    private static bool IsFresh(Run run) => run is { Version: 1, Status: RunStatus.Queued, Rehearsal: false };
}
