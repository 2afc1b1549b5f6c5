using System.Globalization;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Bench.Runs;

/// <summary>
/// Whole runs a second, from accepting them to their end: five nodes without a model, six durable writes. The yardstick is what
/// a hand-written insert commits at the same concurrency; the ratio says how many of BizQ's durable writes stand against one such commit.
/// </summary>
internal sealed class BenchRuns : Benchmark
{
    public override string Name => "runs";

    public override string About => "runs of five nodes a second with 1, 10, 50 and 200 in flight, beside hand-written commits";

    public override async Task Run(Measuring measuring, CancellationToken cancel)
    {
        foreach (var engine in new[] { Engine.Postgres, Engine.Sqlite })
            await Run(measuring, engine, cancel);
        await PostgresServer.StopShared();
    }

    private static async Task Run(Measuring measuring, Engine engine, CancellationToken cancel)
    {
        await using var host = await BenchHost.Start(engine);
        var crowd = new Crowd(host, (await host.Save(BenchAgents.FiveNodes, cancel)).Id);
        // Until the compiler of the runtime has seen what is used often.
        await crowd.Run(50, TimeSpan.FromSeconds(measuring.Quick ? 8 : 20), cancel);
        foreach (var inFlight in new[] { 1, 10, 50, 200 })
        {
            var span = TimeSpan.FromSeconds(measuring.Quick ? 3 : 10);
            var commits = await Yardstick.Commits(host.Database, inFlight, span / 2, cancel);
            var seen = await crowd.Run(inFlight, span, cancel);
            Tell(measuring, string.Create(CultureInfo.InvariantCulture, $"{engine.ToString().ToLowerInvariant()}.{inFlight}"), seen, commits);
        }
        await using var db = host.Database.Open(host.Owner.WorkspaceId);
        if (await db.Runs.AnyAsync(r => r.Status != RunStatus.Succeeded, cancel))
            throw new CouldNotRunException("Not every run succeeded; the figures would mean nothing.");
    }

    private static void Tell(Measuring measuring, string name, Crowd.Seen seen, double commits)
    {
        measuring.Figure($"runs_per_s.{name}", seen.PerSecond, "runs/s", BenchHost.Load());
        measuring.Figure($"yardstick_commits_per_s.{name}", commits, "commits/s", "one row inserted by hand");
        measuring.Figure($"ratio.{name}", seen.PerSecond * BenchAgents.CommitsPerRun / commits, "×", "durable writes for one commit of the yardstick");
        measuring.Figure($"run_ms_p50.{name}", Crowd.At(seen.RunMs, 0.5), "ms", "from handing it in to its end");
        measuring.Figure($"run_ms_p99.{name}", Crowd.At(seen.RunMs, 0.99), "ms");
        measuring.Figure($"first_step_ms_p50.{name}", Crowd.At(seen.FirstStepMs, 0.5), "ms", "from handing it in to its first step's record");
        measuring.Figure($"first_step_ms_p99.{name}", Crowd.At(seen.FirstStepMs, 0.99), "ms");
        measuring.Figure($"run_cpu_ms.{name}", seen.CpuMs, "ms", "processor time of this process for one run");
        measuring.Figure($"step_alloc_kb.{name}", seen.AllocatedBytes / 1024 / BenchAgents.StepsPerRun, "KB", "allocated for one step");
    }
}
