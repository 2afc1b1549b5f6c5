using BizQ.Core.Data;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Runs;

/// <summary>Retry lets a run go on where it stopped; Restart does it again from the start as a new run.</summary>
public enum RunChange { Cancel, Retry, Restart }

/// <summary>Many runs, by their ids or by what they have in common.</summary>
/// <param name="Filter">Its page size and cursor do not count.</param>
/// <param name="Force">Cancel: at once, without letting what is busy finish.</param>
/// <param name="Newest">Retry and Restart: on the newest version of the agent.</param>
public sealed record ChangeRunsRequest(RunChange Change, IReadOnlyList<Guid>? Ids = null, RunFilter? Filter = null, bool Force = false, bool Newest = false);

/// <summary>One that was not changed, and why.</summary>
public sealed record RefusedRun(Guid Id, string Code, string Message);

/// <param name="Done">Those that were changed.</param>
/// <param name="Started">The new runs, where some were started.</param>
/// <param name="Left">How many more match the filter; ask again for them.</param>
/// <param name="Stopped">Whoever asked stopped it half way: the rest was not looked at.</param>
public sealed record ChangedRuns(IReadOnlyList<Guid> Done, IReadOnlyList<Guid> Started, IReadOnlyList<RefusedRun> Refused, int Left, bool Stopped = false);

/// <summary>
/// Cancels or retries many runs, each in a transaction of its own: what cannot be changed is named and keeps none of the
/// others from it. Stopped half way it says what it has done so far.
/// </summary>
public sealed class ChangeRuns(BizQDatabase database, CancelRun cancelRun, RetryRun retryRun, RepeatRun repeatRun)
{
    /// <summary>Some seconds of work; more is asked for again.</summary>
    public const int Most = 1000;

    private static readonly RunStatus[] Going =
        [RunStatus.Queued, RunStatus.Running, RunStatus.WaitingForApproval, RunStatus.WaitingForTime, RunStatus.WaitingForEvent, RunStatus.Parked];

    private static readonly RunStatus[] Stopped = [RunStatus.Failed, RunStatus.Parked, RunStatus.Cancelled];

    /// <param name="progress">Told after each run how many have been looked at, and of how many.</param>
    public async Task<Outcome<ChangedRuns>> Run(Actor actor, ChangeRunsRequest request, IProgress<(int Seen, int Of)>? progress, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.StartRuns) is { } lacking)
            return lacking;
        var chosen = await Choose(actor, request, cancel);
        if (chosen.Refusal is { } refusal)
            return refusal;
        var (ids, left) = chosen.Value;
        var (done, started, refused) = (new List<Guid>(), new List<Guid>(), new List<RefusedRun>());
        foreach (var id in ids)
        {
            if (cancel.IsCancellationRequested)
                return new ChangedRuns(done, started, refused, left, Stopped: true);
            // One that has begun is finished: half a change would be neither done nor refused.
            var outcome = await One(actor, request, id, CancellationToken.None);
            if (outcome.Refusal is { } not)
                refused.Add(new RefusedRun(id, not.Code, not.Message));
            else
                done.Add(id);
            if (outcome.Ok && outcome.Value.Id != id)
                started.Add(outcome.Value.Id);
            progress?.Report((done.Count + refused.Count, ids.Count));
        }
        return new ChangedRuns(done, started, refused, left);
    }

    private async Task<Outcome<(IReadOnlyList<Guid> Ids, int Left)>> Choose(Actor actor, ChangeRunsRequest request, CancellationToken cancel)
    {
        if (request.Ids is { } ids)
        {
            return ids.Count switch
            {
                0 => Refusal.Invalid("noRuns", "Name at least one run.", new Problem("/ids", "Name at least one run.")),
                > Most => Refusal.TooLarge("tooManyRuns", $"At most {Most} runs at once; these are {ids.Count}."),
                _ => (ids.Distinct().ToList(), 0),
            };
        }
        if (request.Filter is not { Narrows: true } filter)
            return Refusal.Invalid("noRuns", "Name the runs by their ids, or by a filter that narrows them down.", new Problem("/filter", "Say which runs."));
        var could = request.Change == RunChange.Cancel ? Going : Stopped;
        var status = filter.Status is { Count: > 0 } asked ? [.. asked.Intersect(could)] : could;
        if (status.Length == 0)
            return ((IReadOnlyList<Guid>)[], 0);
        await using var db = database.Open(actor.WorkspaceId);
        return await ListRuns.Ids(db, filter with { Status = status }, Most, cancel);
    }

    private Task<Outcome<Run>> One(Actor actor, ChangeRunsRequest request, Guid id, CancellationToken cancel) => request.Change switch
    {
        RunChange.Cancel => cancelRun.Run(actor, id, request.Force, cancel),
        RunChange.Retry => retryRun.Run(actor, new RetryRunRequest(id, request.Newest), cancel),
        _ => repeatRun.Run(actor, new RepeatRunRequest(id, Newest: request.Newest), cancel),
    };
}
