using System.Collections.Concurrent;
using System.Threading.Channels;
using BizQ.Agents.Runtime;
using BizQ.Core.Context;
using BizQ.Core.Monitoring;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Documents;

/// <summary>
/// Has imports worked on: at once when this process has heard of one, and every sweep for what a crash has left. Two workspaces'
/// at a time, because a few already take most of a database's attention.
/// </summary>
public sealed class RunImports(RunImport run, ChangeFeed changes, RuntimeOptions options, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<RunImports> log)
    : BackgroundService
{
    private const int AtOnce = 2;

    private readonly ConcurrentDictionary<Guid, Task> _working = [];

    // However many came meanwhile, it is one reason to look.
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var listening = changes.SubscribeAll(change =>
        {
            if (change.Room == "imports")
                _signal.Writer.TryWrite(true);
        });
        if (!await lifetime.HasStarted(stoppingToken))
            return;
        var sweep = TimeSpan.FromSeconds(options.SweepSeconds);
        await using var timer = clock.CreateTimer(_ => _signal.Writer.TryWrite(true), null, TimeSpan.Zero, sweep);
        try
        {
            while (await _signal.Reader.ReadAsync(stoppingToken))
                await Look(sweep, stoppingToken);
        }
        finally
        {
            await Task.WhenAll(_working.Values);
        }
    }

    private async Task Look(TimeSpan sweep, CancellationToken cancel)
    {
        try
        {
            await All(cancel);
        }
        catch (Exception problem) when (!cancel.IsCancellationRequested)
        {
            log.LogError(problem, "The imports that wait could not be looked at; it is tried again within {Seconds} s", sweep.TotalSeconds);
        }
    }

    private async Task All(CancellationToken cancel)
    {
        foreach (var waiting in (await run.Waiting(cancel)).Where(w => !_working.ContainsKey(w.WorkspaceId)).Take(AtOnce - _working.Count))
            _working[waiting.WorkspaceId] = Task.Run(() => One(waiting, cancel), CancellationToken.None);
    }

    private async Task One(WaitingImport waiting, CancellationToken cancel)
    {
        try
        {
            await run.One(waiting, cancel);
        }
        catch (Exception problem) when (!cancel.IsCancellationRequested)
        {
            log.LogError(problem, "Import {Import} broke off; it goes on from its last rows in a moment", waiting.Id);
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
        finally
        {
            _working.TryRemove(waiting.WorkspaceId, out _);
            // What waited for this one is next.
            _signal.Writer.TryWrite(true);
        }
    }
}
