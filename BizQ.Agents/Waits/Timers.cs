using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Waits;

/// <summary>
/// Wakes runs when their moment has come. The moments are rows under an index: a parked run has no timer and no grain of its own,
/// and on however many nodes each due run is taken by one of them.
/// </summary>
public sealed class Timers(DueRuns due, SweepWaits sweep, Moments moments, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<Timers> log) : BackgroundService
{
    /// <summary>The longest that a moment written by another node goes unseen.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>Another node is taking what is due, or time is coarse: no reason to ask the database without pause.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!await lifetime.HasStarted(stoppingToken))
            return;
        var swept = DateTimeOffset.MinValue;
        while (!stoppingToken.IsCancellationRequested)
        {
            await Turn(stoppingToken);
            if (clock.GetUtcNow() is var now && now - swept < SweepEvery)
                continue;
            swept = now;
            await sweep.Run(stoppingToken);
        }
    }

    private async Task Turn(CancellationToken stop)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
        // Begun before looking, so that a clock that jumps while the database answers still ends it.
        var look = Task.Delay(Look, clock, enough.Token);
        var next = clock.GetUtcNow() + Look;
        var sooner = moments.SleepUntil(next);
        try
        {
            if (await due.Earliest(stop) is { } earliest && earliest < next)
                next = earliest;
            if (next <= clock.GetUtcNow())
                await due.Wake(stop);
        }
        catch (Exception problem) when (!stop.IsCancellationRequested)
        {
            log.LogError(problem, "Looking for runs whose time has come failed; it is tried again in {Seconds} s", Look.TotalSeconds);
            next = clock.GetUtcNow() + Look;
        }
        var until = next - clock.GetUtcNow();
        await Task.WhenAny(look, sooner, Task.Delay(until > Least ? until : Least, clock, enough.Token));
        await enough.CancelAsync();
    }
}
