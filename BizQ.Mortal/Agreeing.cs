using System.Collections.Concurrent;
using BizQ.Core;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Mortal;

/// <summary>
/// A person who agrees to everything, who looks into the world before they say how something ended, and who tells everybody what
/// they wait for. Those that stand still hear nothing.
/// </summary>
internal sealed class Agreeing(BizQDatabase database, DecideApproval decide, DeliverEvent deliver, Doom doom, ChangeFeed changes) : IDisposable
{
    private readonly SemaphoreSlim _changed = new(1);
    private readonly ConcurrentDictionary<Guid, Task> _told = new();

    public async Task UntilAllHaveEnded()
    {
        doom.StoodStill = () => _changed.Release();
        using var subscription = changes.SubscribeAll(_ => _changed.Release());
        while (true)
        {
            await _changed.WaitAsync();
            // A burst of changes is one reason to look.
            while (await _changed.WaitAsync(0))
            {
            }
            await Tell();
            if (await Agree() > 0)
                continue;
            var open = await Open();
            if (open.Count == 0)
                return;
            if (open.TrueForAll(doom.Holds))
                Doom.Strike();
        }
    }

    public void Dispose() => _changed.Dispose();

    private async Task<int> Agree()
    {
        await using var db = database.OpenUnscoped();
        var open = await (
            from approval in All(db.Approvals)
            join run in All(db.Runs) on approval.RunId equals run.Id
            where approval.State == ApprovalState.Open
            select new { Approval = approval, run.Title }).ToListAsync();
        var mine = open.Where(one => !doom.Holds(one.Title)).Select(one => one.Approval).ToList();
        foreach (var approval in mine)
        {
            // Decided a moment earlier, or changed since: then it is looked at again.
            _ = await decide.Run(Person(approval.WorkspaceId), new DecideRequest(approval.Id, true, "Fine.", null, approval.Hash, await Answer(approval)), CancellationToken.None);
        }
        return mine.Count;
    }

    /// <summary>The same key for the same wait in every life, as of a sender who has heard no answer. One that stands still keeps nobody.</summary>
    private async Task Tell()
    {
        foreach (var failed in _told.Values.Where(telling => telling.IsFaulted))
            await failed;
        await using var db = database.OpenUnscoped();
        foreach (var wait in await All(db.RunWaits).ToListAsync())
            _ = _told.GetOrAdd(wait.Id, _ => doom.Around(wait.Correlation, [$"event {wait.Event}"], () =>
                deliver.Run(Person(wait.WorkspaceId), new EventRequest(wait.Event, wait.Correlation, Json.EmptyObject, wait.Id.ToString()), CancellationToken.None)));
    }

    private async Task<string?> Answer(Approval approval)
    {
        if (approval.Kind == ApprovalKind.Failure)
            return FailureAnswers.GoOn;
        if (approval.Kind != ApprovalKind.Uncertain)
            return null;
        await using var db = database.Open(approval.WorkspaceId);
        var key = await db.Effects.Where(e => e.Id == approval.EffectId).Select(e => e.IdempotencyKey).SingleAsync();
        var world = Path.Combine(database.DataPath, "world.txt");
        return File.Exists(world) && (await File.ReadAllTextAsync(world)).Contains(key, StringComparison.Ordinal) ? "sent" : "retry";
    }

    /// <summary>The titles of all that are under way.</summary>
    private async Task<List<string>> Open()
    {
        await using var db = database.OpenUnscoped();
        return await All(db.Runs)
            .Where(r => r.Status != RunStatus.Succeeded && r.Status != RunStatus.Failed && r.Status != RunStatus.Cancelled && r.Status != RunStatus.Parked)
            .Select(r => r.Title).ToListAsync();
    }

    private static Actor Person(Guid workspaceId) => new(workspaceId, ActorKind.Person, null, "Somebody", Actor.Of(Role.Owner));

    private static IQueryable<T> All<T>(IQueryable<T> rows) where T : class => rows.IgnoreQueryFilters([BizQDb.WorkspaceFilter]).AsNoTracking();
}
