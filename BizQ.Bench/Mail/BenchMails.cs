using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using BizQ.Bench.Runs;
using BizQ.Core.Data;
using BizQ.Core.Sample;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Bench.Mail;

/// <summary>
/// Mails a second through the sample's agent with the built-in model, the whole way: taken in, classified, looked up, drafted,
/// judged, until the approval waits.
/// </summary>
internal sealed class BenchMails : Benchmark
{
    /// <summary>Of the sample's mails those that end in an approval.</summary>
    private static readonly string[] Answered =
        ["late-tent", "stove-yellow-flame", "return-in-time", "pole-snapped", "which-footprint", "no-order-number", "change-address", "angry-complaint", "german", "return-too-late"];

    public override string Name => "mails";

    public override string About => "mails a second, and ms, to a waiting approval with the sample's agent, 1 and 50 in flight";

    public override async Task Run(Measuring measuring, CancellationToken cancel)
    {
        foreach (var engine in new[] { Engine.Postgres, Engine.Sqlite })
        {
            await using var host = await BenchHost.Start(engine);
            if ((await host.Get<InstallSample>().Run(host.Owner, cancel)).Refusal is { } refusal)
                throw new CouldNotRunException(refusal.Message);
            var name = engine.ToString().ToLowerInvariant();
            await Measure(host, 50, TimeSpan.FromSeconds(measuring.Quick ? 10 : 40), cancel);
            foreach (var inFlight in new[] { 1, 50 })
            {
                var (rate, median, cpu) = await Measure(host, inFlight, TimeSpan.FromSeconds(measuring.Quick ? 5 : 15), cancel);
                measuring.Figure(string.Create(CultureInfo.InvariantCulture, $"mails_per_s.{name}.{inFlight}"), rate, "mails/s", BenchHost.Load());
                measuring.Figure(string.Create(CultureInfo.InvariantCulture, $"mail_ms.{name}.{inFlight}"), median, "ms", "median from handing it in to the waiting approval");
                measuring.Figure(string.Create(CultureInfo.InvariantCulture, $"mail_cpu_ms.{name}.{inFlight}"), cpu, "ms", "processor time of this process for one mail");
            }
        }
        await PostgresServer.StopShared();
    }

    private static async Task<(double Rate, double MedianMs, double CpuMs)> Measure(BenchHost host, int inFlight, TimeSpan span, CancellationToken cancel)
    {
        var open = new ConcurrentDictionary<Guid, TaskCompletionSource>();
        using var listening = host.Changes.Subscribe(host.Owner.WorkspaceId, change =>
        {
            if (change.Room == "approvals")
                _ = Asked(host, change.Id, open, cancel);
        });
        var (mail, times, next, cpu, since) = (host.Get<TrySampleMail>(), new ConcurrentBag<double>(), 0, BenchHost.CpuMs(), Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(async () =>
        {
            while (Stopwatch.GetElapsedTime(since) < span)
            {
                var handed = Stopwatch.GetTimestamp();
                var received = await mail.Run(host.Owner, Answered[Interlocked.Increment(ref next) % Answered.Length], null, cancel);
                await open.GetOrAdd(received.Value.Runs[0], _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task.WaitAsync(TimeSpan.FromMinutes(1), cancel);
                times.Add(Stopwatch.GetElapsedTime(handed).TotalMilliseconds);
            }
        }, cancel)));
        var took = Stopwatch.GetElapsedTime(since);
        return (times.Count / took.TotalSeconds, times.Order().ElementAt(times.Count / 2), (BenchHost.CpuMs() - cpu) / times.Count);
    }

    private static async Task Asked(BenchHost host, Guid approval, ConcurrentDictionary<Guid, TaskCompletionSource> open, CancellationToken cancel)
    {
        await using var db = host.Database.Open(host.Owner.WorkspaceId);
        var run = await db.Approvals.Where(a => a.Id == approval).Select(a => a.RunId).SingleAsync(cancel);
        open.GetOrAdd(run, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }
}
