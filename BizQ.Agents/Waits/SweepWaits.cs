using BizQ.Core.Data;
using BizQ.Core.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Waits;

/// <summary>
/// The second net under everything that waits: what a process that died left between two commits is done here, and what nobody
/// needs any more is removed.
/// </summary>
public sealed class SweepWaits(BizQDatabase database, HearEvents hear, CancelRun cancelRun, TimeProvider clock, ILogger<SweepWaits> log)
{
    private const int PageSize = 500;

    public async Task Run(CancellationToken cancel)
    {
        try
        {
            await Unheard(cancel);
            await LeftBehind(cancel);
            await Outdated(cancel);
        }
        catch (Exception problem) when (!cancel.IsCancellationRequested)
        {
            log.LogError(problem, "Looking after what waits failed; it is tried again");
        }
    }

    /// <summary>An event and a wait that were both committed, and neither was told of the other.</summary>
    private async Task Unheard(CancellationToken cancel)
    {
        List<NamedEvent> missed;
        await using (var db = database.OpenUnscoped())
        {
            var (now, waits) = (clock.GetUtcNow(), All(db.RunWaits));
            missed = await All(db.NamedEvents).AsNoTracking()
                .Where(n => n.Heard == 0 && n.KeepUntil > now && waits.Any(w => w.WorkspaceId == n.WorkspaceId && w.Event == n.Name
                    && (n.RunId == null ? w.Correlation == n.Correlation && n.Correlation != "" : w.RunId == n.RunId && (n.Correlation == "" || n.Correlation == w.Correlation))))
                .OrderBy(n => n.Id).Take(PageSize).ToListAsync(cancel);
        }
        foreach (var told in missed)
            await hear.Of(told, again: true, cancel);
    }

    /// <summary>Runs whose caller was stopped, and the process with it before they were.</summary>
    private async Task LeftBehind(CancellationToken cancel)
    {
        List<Run> callers;
        await using (var db = database.OpenUnscoped())
        {
            var ids = await StopChildren.LeftBehind(db).Select(r => r.ParentRunId!.Value).Distinct().Take(PageSize).ToListAsync(cancel);
            callers = ids.Count == 0 ? [] : await All(db.Runs).AsNoTracking().Where(r => ids.Contains(r.Id)).ToListAsync(cancel);
        }
        foreach (var caller in callers)
            await StopChildren.Of(database, cancelRun, caller, cancel);
    }

    private async Task Outdated(CancellationToken cancel)
    {
        await using var db = database.OpenUnscoped();
        var now = clock.GetUtcNow();
        await All(db.NamedEvents).Where(n => n.KeepUntil <= now).ExecuteDeleteAsync(cancel);
    }

    private static IQueryable<T> All<T>(IQueryable<T> rows) where T : class => rows.IgnoreQueryFilters([BizQDb.WorkspaceFilter]);
}
