using System.Threading.Channels;
using BizQ.Agents.Runtime;
using BizQ.Core.Context;
using BizQ.Core.Monitoring;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Documents;

/// <summary>
/// Has read what was taken in: at once when this process has heard of it, and every sweep for what a crash has left. Two at a
/// time, as many as are read at once; one that fails stays for the next sweep and holds up none of the others.
/// </summary>
public sealed class ReadDocuments(ReadAccepted read, ChangeFeed changes, RuntimeOptions options, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<ReadDocuments> log)
    : BackgroundService
{
    private const int AtOnce = 2;

    // However many came meanwhile, it is one reason to look.
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var listening = changes.SubscribeAll(change =>
        {
            if (change.Room == "context")
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
                await All(stoppingToken);
            }
            catch (Exception problem) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogError(problem, "The documents to be read could not be looked at; it is tried again within {Seconds} s", sweep.TotalSeconds);
            }
        }
    }

    private async Task All(CancellationToken cancel)
    {
        HashSet<Guid> tried = [];
        while ((await read.Waiting(cancel)).Where(unread => tried.Add(unread.Id)).ToList() is { Count: > 0 } waiting)
        {
            await Parallel.ForEachAsync(waiting, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (unread, stop) =>
            {
                try
                {
                    await read.One(unread, stop);
                }
                catch (Exception problem) when (!stop.IsCancellationRequested)
                {
                    log.LogError(problem, "Document {Document} could not be read; it is tried again", unread.Id);
                }
            });
        }
    }
}
