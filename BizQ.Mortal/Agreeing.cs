using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Mortal;

/// <summary>A person who agrees to everything, and who looks into the world before they say how something ended.</summary>
internal sealed class Agreeing(BizQDatabase database, DecideApproval decide, ChangeFeed changes) : IDisposable
{
    private readonly SemaphoreSlim _changed = new(1);

    public async Task UntilAllHaveEnded()
    {
        using var subscription = changes.SubscribeAll(_ => _changed.Release());
        while (true)
        {
            await _changed.WaitAsync();
            if (await Agree() == 0 && await Open() == 0)
                return;
        }
    }

    public void Dispose() => _changed.Dispose();

    private async Task<int> Agree()
    {
        List<Approval> open;
        await using (var db = database.OpenUnscoped())
            open = await db.Approvals.IgnoreQueryFilters([BizQDb.WorkspaceFilter]).AsNoTracking().Where(a => a.State == ApprovalState.Open).ToListAsync();
        foreach (var approval in open)
        {
            var person = new Actor(approval.WorkspaceId, ActorKind.Person, null, "Somebody", Actor.Of(Role.Owner));
            // Decided a moment earlier, or changed since: then it is looked at again.
            _ = await decide.Run(person, new DecideRequest(approval.Id, true, "Fine.", null, approval.Hash, await Answer(approval)), CancellationToken.None);
        }
        return open.Count;
    }

    private async Task<string?> Answer(Approval approval)
    {
        if (approval.Kind != ApprovalKind.Uncertain)
            return null;
        await using var db = database.Open(approval.WorkspaceId);
        var key = await db.Effects.Where(e => e.Id == approval.EffectId).Select(e => e.IdempotencyKey).SingleAsync();
        var world = Path.Combine(database.DataPath, "world.txt");
        return File.Exists(world) && (await File.ReadAllTextAsync(world)).Contains(key, StringComparison.Ordinal) ? "sent" : "retry";
    }

    private async Task<int> Open()
    {
        await using var db = database.OpenUnscoped();
        return await db.Runs.IgnoreQueryFilters([BizQDb.WorkspaceFilter]).CountAsync(r =>
            r.Status != RunStatus.Succeeded && r.Status != RunStatus.Failed && r.Status != RunStatus.Cancelled && r.Status != RunStatus.Parked);
    }
}
