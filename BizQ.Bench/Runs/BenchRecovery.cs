using System.Diagnostics;
using BizQ.Core.Data;
using BizQ.Tests.Kit;

namespace BizQ.Bench.Runs;

/// <summary>A process that died with runs in the middle of their work: how long until a new one has brought all of them to their end.</summary>
internal sealed class BenchRecovery : Benchmark
{
    public override string Name => "recovery";

    public override string About => "seconds until 10,000 runs that a dead process left behind have ended";

    public override async Task Run(Measuring measuring, CancellationToken cancel)
    {
        var count = measuring.Quick ? 2_000 : 10_000;
        foreach (var engine in new[] { Engine.Postgres, Engine.Sqlite })
        {
            await using var host = await BenchHost.Start(engine);
            var agent = await host.Save(BenchAgents.FiveNodes, cancel);
            await new Crowd(host, agent.Id).Run(50, TimeSpan.FromSeconds(5), cancel);
            var commits = await Yardstick.Commits(host.Database, 50, TimeSpan.FromSeconds(2), cancel);
            await SeedRuns.InFlight(host, agent, count);
            var since = 0L;
            await host.Restart(() =>
            {
                since = Stopwatch.GetTimestamp();
                return Task.CompletedTask;
            });
            await Ends.Wait(host, cancel);
            var took = Stopwatch.GetElapsedTime(since).TotalSeconds;
            var name = engine.ToString().ToLowerInvariant();
            measuring.Figure($"recovery_s.{name}", took, "s", $"{count:N0} runs, from starting the process; {BenchHost.Load()}");
            measuring.Figure($"recovery_ratio.{name}", count * 3 / took / commits, "×", "durable writes for one commit of the yardstick at 50");
        }
        await PostgresServer.StopShared();
    }
}
