using System.Collections.Concurrent;
using System.Diagnostics;
using BizQ.Bench.Runs;
using BizQ.Core.Data;
using BizQ.Core.Sample;

namespace BizQ.Bench.Mail;

/// <summary>
/// Real support threads sent as mails to the sample's agent with the built-in model: each mail must end answered, waiting for a
/// person, or refused by name. A first part goes one mail at a time, for the time one takes; the rest many at a time.
/// </summary>
internal sealed class EvaluateSupport : Evaluation
{
    private const int OneAtATime = 60;
    private const int InFlight = 16;

    // Both ends are wanted: an answer that is sent and one that waits.
    private const int LeftWaitingEvery = 3;

    public override string Name => "support";

    public override string About => "what becomes of real support threads, sent as mails to the sample's agent";

    public override async Task Run(Measuring measuring, CancellationToken cancel)
    {
        // The folder given is the one with the file, or the one above it.
        var threads = SupportThreads.Read(measuring.HasData("tickets.json") ? measuring.Data("tickets.json") : measuring.Data("support", "tickets.json"));
        if (measuring.Quick)
            threads = [.. threads.Take(threads.Count / 10)];
        await using var host = await BenchHost.Start(Engine.Sqlite);
        if ((await host.Get<InstallSample>().Run(host.Owner, cancel)).Refusal is { } refusal)
            throw new CouldNotRunException(refusal.Message);
        using var desk = new SupportDesk(host);

        var alone = new ConcurrentBag<MailEnded>();
        var first = Math.Min(OneAtATime, threads.Count / 2);
        foreach (var thread in threads.Take(first))
            await Send(measuring, desk, thread, alone, cancel);
        var together = new ConcurrentBag<MailEnded>();
        var (since, worked) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        await Parallel.ForEachAsync(threads.Skip(first), new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancel },
            async (thread, stop) => await Send(measuring, desk, thread, together, stop));
        Report(measuring, threads.Count, [.. alone], [.. together], Stopwatch.GetElapsedTime(since), Environment.CpuUsage.TotalTime - worked);
    }

    private static async Task Send(Measuring measuring, SupportDesk desk, SupportThread thread, ConcurrentBag<MailEnded> ends, CancellationToken cancel)
    {
        var mails = SupportThreads.Mails(thread).ToList();
        foreach (var (index, mail) in mails.Index())
        {
            var last = index == mails.Count - 1;
            var ended = await desk.Take(mail, approve: !last || thread.Id % LeftWaitingEvery != 0, cancel);
            ends.Add(ended);
            if (ended.End == MailEnd.Failed)
                measuring.Progress($"  thread {thread.Id}, mail {index + 1}: {ended.Why}");
        }
    }

    private static void Report(Measuring measuring, int threads, MailEnded[] alone, MailEnded[] together, TimeSpan took, TimeSpan worked)
    {
        MailEnded[] all = [.. alone, .. together];
        measuring.Figure("threads", threads);
        measuring.Figure("mails", all.Length);
        foreach (var end in Enum.GetValues<MailEnd>())
        {
            var why = string.Join(", ", all.Where(e => e.End == end && e.Why is not null).GroupBy(e => e.Why).Select(g => $"{g.Key} ({g.Count()})").Take(5));
            measuring.Figure(end.ToString().ToLowerInvariant(), all.Count(e => e.End == end), "mails", why);
        }
        var times = alone.Select(e => e.Ms).Order().ToList();
        measuring.Figure("ms_to_approval.median", times[times.Count / 2], "ms", "from handing in to the waiting approval, 1 in flight");
        measuring.Figure("ms_to_approval.p95", times[times.Count * 95 / 100], "ms");
        measuring.Figure("runs_per_s", together.Length / took.TotalSeconds, "runs/s", $"{InFlight} threads in flight, approvals and sending included; {BenchHost.Load()}");
        measuring.Figure("cpu_ms_per_run", worked.TotalMilliseconds / together.Length, "ms", "processor time, which other work on the machine does not change");
        measuring.Figure("peak_memory_mb", Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0, "MiB");
    }
}
