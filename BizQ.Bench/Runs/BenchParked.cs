using System.Diagnostics;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Bench.Runs;

/// <summary>Runs that wait for a person: what they cost while they wait, and how long until all have gone on once all are answered.</summary>
internal sealed class BenchParked : Benchmark
{
    public override string Name => "parked";

    public override string About => "memory with 50,000 waiting runs, and seconds until all of them have gone on to their end";

    public override async Task Run(Measuring measuring, CancellationToken cancel)
    {
        var count = measuring.Quick ? 5_000 : 50_000;
        await using (var host = await BenchHost.Start(Engine.Postgres))
        {
            var agent = await host.Save(BenchAgents.Parked, cancel);
            var commits = await Yardstick.Commits(host.Database, 50, TimeSpan.FromSeconds(2), cancel);
            await SeedRuns.Parked(host, agent, count);
            // A new process finds them waiting; what it keeps of them is what they cost.
            await host.Restart(() => Task.CompletedTask);
            GC.Collect();
            measuring.Figure("parked_mb", Environment.WorkingSet / 1024.0 / 1024, "MB", $"the whole process with {count:N0} runs waiting");
            var since = Stopwatch.GetTimestamp();
            await Answer(host, cancel);
            await Ends.Wait(host, cancel);
            var took = Stopwatch.GetElapsedTime(since).TotalSeconds;
            measuring.Figure("parked_resume_s", took, "s", $"{count:N0} runs; {BenchHost.Load()}");
            measuring.Figure("parked_ratio", count * 2 / took / commits, "×", "durable writes for one commit of the yardstick at 50");
        }
        await PostgresServer.StopShared();
    }

    /// <summary>All at once, as nobody could by hand; the runs are then found by their state.</summary>
    private static async Task Answer(BenchHost host, CancellationToken cancel)
    {
        await using var db = host.Database.Open(host.Owner.WorkspaceId);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await db.Approvals.ExecuteUpdateAsync(set => set.SetProperty(a => a.State, ApprovalState.Approved).SetProperty(a => a.Version, a => a.Version + 1), cancel);
        await db.Runs.Where(r => r.Status == RunStatus.WaitingForApproval).ExecuteUpdateAsync(set => set.SetProperty(r => r.Status, RunStatus.Running).SetProperty(r => r.Version, r => r.Version + 1), cancel);
        await transaction.CommitAsync(cancel);
    }
}
