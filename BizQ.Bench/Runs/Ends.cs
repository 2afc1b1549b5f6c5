using BizQ.Core.Runs;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Bench.Runs;

/// <summary>Waits until nothing moves any more, asking now and then: counting costs the database something too.</summary>
internal static class Ends
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static async Task Wait(BenchHost host, CancellationToken cancel)
    {
        using var tooLong = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        tooLong.CancelAfter(Patience);
        while (await Open(host, tooLong.Token) > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, tooLong.Token);
        await using var db = host.Database.Open(host.Owner.WorkspaceId);
        if (await db.Runs.AnyAsync(r => r.Status != RunStatus.Succeeded, cancel))
            throw new CouldNotRunException("Not every run succeeded; the figures would mean nothing.");
    }

    private static async Task<int> Open(BenchHost host, CancellationToken cancel)
    {
        await using var db = host.Database.Open(host.Owner.WorkspaceId);
        return await db.Runs.CountAsync(r => r.Status == RunStatus.Queued || r.Status == RunStatus.Running || r.Status == RunStatus.WaitingForApproval, cancel);
    }
}
