using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Runs;

/// <param name="Input">What it is to be given instead; null for the same.</param>
/// <param name="Newest">On the agent's newest version instead of the one it ran on.</param>
/// <param name="Rehearse">Everything is worked out and judged, nothing leaves.</param>
/// <param name="IdempotencyKey">The same key again answers with the run that came of it.</param>
public sealed record RepeatRunRequest(Guid RunId, JsonElement? Input = null, bool Newest = false, bool Rehearse = false, string? IdempotencyKey = null);

/// <summary>
/// Does a past run again from the start, as a run of its own that names it: the same work, with another input, on another
/// version, or as a rehearsal.
/// </summary>
public sealed class RepeatRun(BizQDatabase database, StartRun start, CancelRun cancelRun, RunPayloads payloads, Ids ids, TimeProvider clock)
{
    public async Task<Outcome<Run>> Run(Actor actor, RepeatRunRequest request, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.StartRuns) is { } lacking)
            return lacking;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.Id == request.RunId, cancel) is not { } past)
            return Refusal.NotFound("run");
        if (!request.Rehearse && !past.Ended && past.Status != RunStatus.Parked)
            return Refusal.Conflict("runGoesOn", "This run has not ended. Cancel it first, so that the same work is not done twice.");
        if (past.Rehearsal && !request.Rehearse)
            return Refusal.Conflict("onlyRehearsed", "This was a rehearsal. Do the run it rehearsed again, or rehearse once more.");
        if ((request.Input ?? await payloads.InputOf(past, cancel)) is not { } input)
            return ReadPayload.Lost;
        var started = await start.Run(actor, Asked(request, past, input, actor), cancel);
        if (!started.Ok)
            return started;
        if (started.Value.RepeatOf != past.Id)
            return Refusal.Conflict("idempotencyKeyUsed", "This idempotency key has already started other work. Use a new key.");
        if (!await db.RunNotes.AnyAsync(note => note.NewRunId == started.Value.Id, cancel))
        {
            db.RunNotes.Add(RunNote.Of(past.Id, request.Rehearse ? RunAsk.Rehearse : RunAsk.Rerun, actor, ids, clock.GetUtcNow(), started.Value.Id));
            db.Tell(new Monitoring.Change(actor.WorkspaceId, "runs", past.Id));
            await db.SaveChangesAsync(cancel);
        }
        // What a parked run was stopped in is done by the new one: going on with both would do it twice.
        if (!request.Rehearse && past.Status == RunStatus.Parked)
            await cancelRun.Run(actor, past.Id, force: true, cancel);
        return started;
    }

    /// <summary>Who changes the input makes the work their own, so somebody else approves it.</summary>
    private StartRunRequest Asked(RepeatRunRequest request, Run past, JsonElement input, Actor actor)
    {
        var own = request.Input is not null;
        var type = !own ? past.TaskType : actor.Kind == ActorKind.ApiKey ? "api" : "manual";
        return new StartRunRequest(past.AgentId, type, past.Title, input, request.IdempotencyKey ?? $"repeat-{ids.New():N}", request.Rehearse ? null : past.MailId)
        {
            RepeatOf = past.Id,
            Rehearsal = request.Rehearse,
            VersionId = request.Newest ? null : past.AgentVersionId,
        };
    }
}
