using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Bench.Runs;

/// <summary>
/// Whole runs a second, from accepting them to their end: a trigger, four steps that work something out, an output, so seven
/// durable writes each. The yardstick makes the same seven commits with nothing around them, on the same machine at the same time.
/// </summary>
internal sealed class BenchRuns : Benchmark
{
    private const string Definition = """
        {
          "format": 1, "name": "Six steps", "purpose": "Being measured.", "triggers": [ { "id": "start", "kind": "manual" } ],
          "nodes": [
            { "id": "start", "kind": "trigger" },
            { "id": "a", "kind": "transform", "settings": { "set": { "total": "{{ trigger.input.price * trigger.input.count }}", "name": "{{ trigger.input.name }}" } } },
            { "id": "b", "kind": "transform", "settings": { "set": { "free": "{{ steps.a.output.total > 50 }}", "text": "Dear {{ steps.a.output.name }}, that makes {{ steps.a.output.total }}." } } },
            { "id": "c", "kind": "transform", "settings": { "set": { "postage": "{{ steps.b.output.free ? 0 : 4.9 }}" } } },
            { "id": "d", "kind": "transform", "settings": { "set": { "sum": "{{ steps.a.output.total + steps.c.output.postage }}" } } },
            { "id": "end", "kind": "output", "settings": { "value": { "sum": "{{ steps.d.output.sum }}", "text": "{{ steps.b.output.text }}" } } }
          ],
          "edges": [ { "from": "start", "to": "a" }, { "from": "a", "to": "b" }, { "from": "b", "to": "c" }, { "from": "c", "to": "d" }, { "from": "d", "to": "end" } ]
        }
        """;

    /// <summary>Accepted, then one for each node.</summary>
    private const int CommitsPerRun = 7;

    public override string Name => "runs";

    public override string About => "runs of six steps a second with 1, 10, 50 and 200 in flight, beside bare group commits";

    public override async Task Run(Measuring measuring, CancellationToken cancel)
    {
        foreach (var engine in new[] { Engine.Postgres, Engine.Sqlite })
            await Run(measuring, engine, cancel);
        await PostgresServer.StopShared();
    }

    private static async Task Run(Measuring measuring, Engine engine, CancellationToken cancel)
    {
        await using var host = await BenchHost.Start(engine);
        var saved = (await host.Get<SaveAgent>().Run(host.Owner, new SaveAgentRequest(null, System.Text.Json.JsonElement.Parse(Definition), null), cancel)).Value;
        var name = engine.ToString().ToLowerInvariant();
        await Measure(host, saved.Agent.Id, 50, TimeSpan.FromSeconds(measuring.Quick ? 5 : 15), cancel);
        foreach (var inFlight in new[] { 1, 10, 50, 200 })
        {
            var span = TimeSpan.FromSeconds(measuring.Quick ? 3 : 10);
            var (rate, cpu) = await Measure(host, saved.Agent.Id, inFlight, span, cancel);
            measuring.Figure(string.Create(CultureInfo.InvariantCulture, $"runs_per_s.{name}.{inFlight}"), rate, "runs/s", BenchHost.Load());
            measuring.Figure(string.Create(CultureInfo.InvariantCulture, $"run_cpu_ms.{name}.{inFlight}"), cpu, "ms", "processor time of this process for one run");
            if (engine != Engine.Postgres)
                continue;
            var bare = await Yardstick.Measure(host.Database.ConnectionString, inFlight, CommitsPerRun, span, cancel);
            measuring.Figure(string.Create(CultureInfo.InvariantCulture, $"yardstick_per_s.{name}.{inFlight}"), bare, "runs/s", BenchHost.Load());
            measuring.Figure(string.Create(CultureInfo.InvariantCulture, $"ratio.{name}.{inFlight}"), bare / rate, "×", "yardstick over runs: smaller is better");
        }
        await using var db = host.Database.Open(host.Owner.WorkspaceId);
        if (await db.Runs.AnyAsync(r => r.Status != RunStatus.Succeeded, cancel))
            throw new CouldNotRunException("Not every run succeeded; the figures would mean nothing.");
    }

    private static async Task<(double Rate, double CpuMs)> Measure(BenchHost host, Guid agent, int inFlight, TimeSpan span, CancellationToken cancel)
    {
        var open = new ConcurrentDictionary<Guid, Countdown>();
        using var listening = host.Changes.Subscribe(host.Owner.WorkspaceId, change =>
        {
            if (change.Room == "runs")
                open.GetOrAdd(change.Id, _ => new Countdown(CommitsPerRun)).Signal();
        });
        var (start, ids, ended, cpu, since) = (host.Get<StartRun>(), host.Get<Ids>(), 0, BenchHost.CpuMs(), Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(worker => Task.Run(async () =>
        {
            while (Stopwatch.GetElapsedTime(since) < span)
            {
                var input = Json.Element(new { kind = "manual", input = new { price = 12.5, count = worker, name = "Ada Winter" } });
                var run = await start.Run(host.Owner, new StartRunRequest(agent, "manual", "A measured run", input, ids.New().ToString("N")), cancel);
                await open.GetOrAdd(run.Value.Id, _ => new Countdown(CommitsPerRun)).Over.Task.WaitAsync(cancel);
                open.TryRemove(run.Value.Id, out _);
                Interlocked.Increment(ref ended);
            }
        }, cancel)));
        return (ended / Stopwatch.GetElapsedTime(since).TotalSeconds, (BenchHost.CpuMs() - cpu) / ended);
    }

    /// <summary>A run tells of each of its commits; with the last one it has ended.</summary>
    private sealed class Countdown(int left)
    {
        private int _left = left;

        public TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Signal()
        {
            if (Interlocked.Decrement(ref _left) == 0)
                Over.TrySetResult();
        }
    }
}
