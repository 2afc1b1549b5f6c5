using System.Diagnostics;
using System.Globalization;
using BizQ.Bench.Runs;
using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Bench.Context;

/// <summary>
/// How long a search takes in a large workspace, one after the other, and how that and the memory of this process grow with the
/// workspace: 10,000 and 100,000 entities with a fifth as many passages; 1,000,000 when asked for by <c>--largest</c>.
/// </summary>
internal sealed class BenchContext : Benchmark
{
    public override string Name => "context";

    public override string About => "ms of a hybrid search among 10,000 and 100,000 entities (1,000,000 with --largest) and a fifth as many passages, and memory";

    public override async Task Run(Measuring measuring, CancellationToken cancel)
    {
        foreach (var engine in new[] { Engine.Postgres, Engine.Sqlite })
        {
            await using var host = await BenchHost.Start(engine);
            var business = new LargeBusiness();
            var actor = await Workspaces.Make(host.Database, host.Get<Ids>(), TimeProvider.System, "Large");
            var had = 0;
            foreach (var entities in measuring.Largest ? [10_000, 100_000, 1_000_000] : measuring.Quick ? [10_000] : new[] { 10_000, 100_000 })
            {
                await Measure(measuring, host, business, actor, engine, had, entities, cancel);
                had = entities;
            }
        }
        await PostgresServer.StopShared();
    }

    private static async Task Measure(Measuring measuring, BenchHost host, LargeBusiness business, Actor actor, Engine engine, int had, int entities, CancellationToken cancel)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{engine.ToString().ToLowerInvariant()}.{entities}");
        measuring.Progress($"{name}: writing");
        var since = Stopwatch.GetTimestamp();
        await business.Write(host.Get<WriteEntities>(), host.Get<AddDocument>(), actor, had, entities, cancel);
        measuring.Figure($"context.write_s.{name}", Stopwatch.GetElapsedTime(since).TotalSeconds, "s", $"{entities - had} entities and {(entities - had) / 5} passages more; {BenchHost.Load()}");
        if (engine == Engine.Postgres)
            await Settle(host, actor, cancel);
        since = Stopwatch.GetTimestamp();
        await host.Get<WorkspaceMeanings>().Ready(actor.WorkspaceId);
        measuring.Figure($"context.learned_s.{name}", Stopwatch.GetElapsedTime(since).TotalSeconds, "s", "until all of them are found by meaning");
        measuring.Progress($"{name}: searching");
        var questions = business.Questions(400, entities);
        // The first hundred warm up what is compiled and cached.
        foreach (var question in questions.Take(100))
            await Ask(host, actor, question.Text, SearchMode.Hybrid, cancel);
        List<(string Kind, double Ms)> took = [];
        foreach (var question in questions.Skip(100))
            took.Add((question.Kind, await Ask(host, actor, question.Text, SearchMode.Hybrid, cancel)));
        measuring.Figure($"context.search_p50_ms.{name}", At(took.Select(t => t.Ms), 0.5), "ms", "hybrid, one after the other");
        measuring.Figure($"context.search_p95_ms.{name}", At(took.Select(t => t.Ms), 0.95), "ms", $"slowest {took.Max(t => t.Ms):0} ms; {BenchHost.Load()}");
        foreach (var kind in took.GroupBy(t => t.Kind).OrderBy(k => k.Key, StringComparer.Ordinal))
            measuring.Figure($"context.search_p95_ms.{name}.{kind.Key}", At(kind.Select(t => t.Ms), 0.95), "ms", string.Create(CultureInfo.InvariantCulture, $"median {At(kind.Select(t => t.Ms), 0.5):0.0}"));
        GC.Collect();
        measuring.Figure($"context.memory_mb.{name}", Environment.WorkingSet / 1048576.0, "MB", string.Create(CultureInfo.InvariantCulture, $"of this process; {GC.GetTotalMemory(false) / 1048576} MB of it alive on the heap"));
    }

    /// <summary>What PostgreSQL's autovacuum does by itself within a minute of a large import.</summary>
    private static async Task Settle(BenchHost host, Actor actor, CancellationToken cancel)
    {
        await using var db = host.Database.Open(actor.WorkspaceId);
        await db.Database.ExecuteSqlRawAsync("VACUUM ANALYZE", cancel);
    }

    private static async Task<double> Ask(BenchHost host, Actor actor, string text, SearchMode mode, CancellationToken cancel)
    {
        var since = Stopwatch.GetTimestamp();
        var found = await host.Get<SearchContext>().Run(actor, new SearchQuery(text, Limit: 10) { Mode = mode, Filters = true }, cancel);
        return found.Refusal is { } refusal ? throw new CouldNotRunException(refusal.Message) : Stopwatch.GetElapsedTime(since).TotalMilliseconds;
    }

    private static double At(IEnumerable<double> took, double part)
    {
        var order = took.Order().ToList();
        return order[(int)(part * (order.Count - 1))];
    }
}
