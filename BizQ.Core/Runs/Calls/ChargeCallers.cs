using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Runs;

/// <summary>
/// What a called run has cost counts against its caller, once: in the transaction that ends it, its caller is charged what it has
/// not been charged yet. A caller that has ended before passes it on to its own, and so on up.
/// </summary>
internal static class ChargeCallers
{
    private static readonly RunStatus[] Ended = [RunStatus.Succeeded, RunStatus.Failed, RunStatus.Cancelled];

    /// <summary>After the run's own row is written, so that what is read here is what will be committed.</summary>
    public static async Task Of(BizQDb db, Run child, CancellationToken cancel)
    {
        if (child.CostUsd == 0)
            return;
        var id = child.Id;
        for (var depth = 0; depth <= CallAgent.MostDepth; depth++)
        {
            var run = id;
            var mine = All(db.Runs).Where(r => r.Id == run && r.WorkspaceId == child.WorkspaceId);
            var spent = await mine.Select(r => new { r.ParentRunId, r.Status, r.CostUsd, r.ChargedUsd }).FirstOrDefaultAsync(cancel);
            if (spent?.ParentRunId is not { } caller || !Ended.Contains(spent.Status) || spent.CostUsd - spent.ChargedUsd is not (> 0 and var owed))
                return;
            await mine.ExecuteUpdateAsync(set => set.SetProperty(r => r.ChargedUsd, spent.CostUsd), cancel);
            // Relative, and with the version: whoever drives the caller must read it again before it writes what it has spent itself.
            await All(db.Runs).Where(r => r.Id == caller && r.WorkspaceId == child.WorkspaceId)
                .ExecuteUpdateAsync(set => set.SetProperty(r => r.CostUsd, r => r.CostUsd + owed).SetProperty(r => r.Version, r => r.Version + 1), cancel);
            id = caller;
        }
    }

    private static IQueryable<T> All<T>(IQueryable<T> rows) where T : class => rows.IgnoreQueryFilters([BizQDb.WorkspaceFilter]);
}
