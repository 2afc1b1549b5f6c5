using System.Collections.Concurrent;
using System.Diagnostics;
using BizQ.Core;
using BizQ.Core.Runs;

namespace BizQ.Bench.Runs;

/// <summary>So many hands that each start a run, wait for its end, and start the next.</summary>
internal sealed class Crowd(BenchHost host, Guid agent)
{
    public sealed record Seen(double PerSecond, double CpuMs, double AllocatedBytes, IReadOnlyList<double> RunMs, IReadOnlyList<double> FirstStepMs);

    public async Task<Seen> Run(int inFlight, TimeSpan span, CancellationToken cancel)
    {
        var open = new ConcurrentDictionary<Guid, Watched>();
        using var listening = host.Changes.Subscribe(host.Owner.WorkspaceId, change =>
        {
            if (change.Room == "runs")
                open.GetOrAdd(change.Id, _ => new Watched()).Committed();
        });
        var (start, ids) = (host.Get<StartRun>(), host.Get<Ids>());
        var (runs, firsts) = (new ConcurrentBag<double>(), new ConcurrentBag<double>());
        var (cpu, allocated, since) = (BenchHost.CpuMs(), GC.GetTotalAllocatedBytes(), Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(worker => Task.Run(async () =>
        {
            while (Stopwatch.GetElapsedTime(since) < span)
            {
                var input = Json.Element(new { kind = "manual", input = new { price = 12.5, count = worker, name = "Ada Winter" } });
                var handed = Stopwatch.GetTimestamp();
                var run = await start.Run(host.Owner, new StartRunRequest(agent, "manual", "A measured run", input, ids.New().ToString("N")), cancel);
                var watched = open.GetOrAdd(run.Value.Id, _ => new Watched());
                await watched.Over.Task.WaitAsync(cancel);
                open.TryRemove(run.Value.Id, out _);
                runs.Add(Stopwatch.GetElapsedTime(handed).TotalMilliseconds);
                firsts.Add(Stopwatch.GetElapsedTime(handed, watched.FirstStep).TotalMilliseconds);
            }
        }, cancel)));
        var took = Stopwatch.GetElapsedTime(since);
        return new Seen(runs.Count / took.TotalSeconds, (BenchHost.CpuMs() - cpu) / runs.Count, (GC.GetTotalAllocatedBytes() - allocated) / (double)runs.Count, [.. runs], [.. firsts]);
    }

    public static double At(IReadOnlyList<double> times, double share) => times.Order().ElementAt((int)((times.Count - 1) * share));

    /// <summary>A run tells of each of its commits: accepted, its first step, and so on to the last, with which it has ended.</summary>
    private sealed class Watched
    {
        private int _commits;

        public long FirstStep { get; private set; }

        public TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Committed()
        {
            switch (Interlocked.Increment(ref _commits))
            {
                case 2:
                    FirstStep = Stopwatch.GetTimestamp();
                    break;
                case BenchAgents.CommitsPerRun:
                    Over.TrySetResult();
                    break;
            }
        }
    }
}
