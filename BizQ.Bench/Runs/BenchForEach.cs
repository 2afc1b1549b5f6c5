using System.Diagnostics;
using BizQ.Core;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;

namespace BizQ.Bench.Runs;

/// <summary>One run over a long list: whether its length makes each item dearer.</summary>
internal sealed class BenchForEach : Benchmark
{
    public override string Name => "foreach";

    public override string About => "items a second of a for-each over 1,000 and 10,000 items, 50 at once, every step durable";

    public override async Task Run(Measuring measuring, CancellationToken cancel)
    {
        foreach (var engine in new[] { Engine.Postgres, Engine.Sqlite })
        {
            await using var host = await BenchHost.Start(engine);
            var agent = await host.Save(BenchAgents.ForEach, cancel);
            await Items(host, agent.Id, 500, cancel);
            var commits = await Yardstick.Commits(host.Database, 50, TimeSpan.FromSeconds(2), cancel);
            foreach (var count in measuring.Quick ? (int[])[1_000] : [1_000, 10_000])
            {
                var perSecond = count / (await Items(host, agent.Id, count, cancel)).TotalSeconds;
                var name = $"{engine.ToString().ToLowerInvariant()}.{count}";
                measuring.Figure($"foreach_items_per_s.{name}", perSecond, "items/s", BenchHost.Load());
                measuring.Figure($"foreach_ratio.{name}", perSecond / commits, "×", "durable steps for one commit of the yardstick at 50");
            }
        }
        await PostgresServer.StopShared();
    }

    private static async Task<TimeSpan> Items(BenchHost host, Guid agent, int count, CancellationToken cancel)
    {
        var input = Json.Element(new { kind = "manual", input = new { items = Enumerable.Range(0, count).Select(number => new { number, name = "Ada Winter" }) } });
        var since = Stopwatch.GetTimestamp();
        await host.Get<StartRun>().Run(host.Owner, new StartRunRequest(agent, "manual", "A long list", input, host.Get<Ids>().New().ToString("N")), cancel);
        await Ends.Wait(host, cancel);
        return Stopwatch.GetElapsedTime(since);
    }
}
