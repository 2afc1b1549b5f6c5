using System.Threading.Channels;
using BizQ.Agents.Runtime;
using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using BizQ.Core.Triggers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Triggers;

/// <summary>
/// Reads what happened after its commit and starts who waits for it: at once when this process has heard of it, and every sweep
/// for what a crash or a lost message has left.
/// </summary>
public sealed class DispatchEvents(
    BizQDatabase database, StartEventRuns start, ChangeFeed changes, RuntimeOptions options, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<DispatchEvents> log)
    : BackgroundService
{
    private const int PageSize = 100;

    // However much happened meanwhile, it is one reason to look.
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var listening = changes.SubscribeAll(change =>
        {
            if (change.Room == "events")
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
                log.LogError(problem, "The events could not be looked at; it is tried again within {Seconds} s", sweep.TotalSeconds);
            }
        }
    }

    /// <summary>Oldest first. One that fails stays for the next sweep and holds up none of the others.</summary>
    private async Task All(CancellationToken cancel)
    {
        for (var after = Guid.Empty; ;)
        {
            List<InternalEvent> page;
            await using (var db = database.OpenUnscoped())
            {
                page = await db.InternalEvents.IgnoreQueryFilters([BizQDb.WorkspaceFilter]).AsNoTracking()
                    .Where(v => v.Id > after).OrderBy(v => v.Id).Take(PageSize).ToListAsync(cancel);
            }
            foreach (var happened in page)
            {
                try
                {
                    await start.Of(happened, cancel);
                }
                catch (Exception problem) when (!cancel.IsCancellationRequested)
                {
                    log.LogError(problem, "The event {Event} ({Id}) could not be handed on; it is tried again", happened.Name, happened.Id);
                }
            }
            if (page.Count < PageSize)
                return;
            after = page[^1].Id;
        }
    }
}
