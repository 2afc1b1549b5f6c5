using System.Threading.Channels;
using BizQ.Agents.Runtime;
using BizQ.Core.Context;
using BizQ.Core.Monitoring;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Interviews;

/// <summary>
/// Has the documents of interviews compared once they are read: at once when this process has heard of it, and every sweep for
/// what a crash has left.
/// </summary>
public sealed class CompareDocuments(CompareDocument compare, ChangeFeed changes, RuntimeOptions options, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<CompareDocuments> log)
    : BackgroundService
{
    // However many came meanwhile, it is one reason to look.
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var listening = changes.SubscribeAll(change =>
        {
            if (change.Room is "context" or "interviews")
                _signal.Writer.TryWrite(true);
        });
        if (!await lifetime.HasStarted(stoppingToken))
            return;
        var sweep = TimeSpan.FromSeconds(options.SweepSeconds);
        await using var timer = clock.CreateTimer(_ => _signal.Writer.TryWrite(true), null, TimeSpan.Zero, sweep);
        while (await _signal.Reader.ReadAsync(stoppingToken))
        {
            try
            {
                foreach (var one in await compare.Waiting(stoppingToken))
                    await compare.One(one, stoppingToken);
            }
            catch (Exception problem) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogError(problem, "The documents of interviews could not be compared; it is tried again within {Seconds} s", sweep.TotalSeconds);
            }
        }
    }
}
