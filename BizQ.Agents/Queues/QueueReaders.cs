using System.Threading.Channels;
using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using BizQ.Core.Triggers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace BizQ.Agents.Queues;

/// <summary>
/// Reads the queues that active agents wait for, over one connection to the broker, and connects again as often as it is lost.
/// Several nodes read the same queues side by side: the broker gives each message to one of them.
/// </summary>
public sealed class QueueReaders(
    BizQDatabase database, VersionTriggers triggers, ReceiveMessage receive, QueueOptions options, ChangeFeed changes, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<QueueReaders> log)
    : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>A reader that the broker has ended alone (its queue was deleted) is begun again, and a lost message about an agent made up for.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(30);

    private const string Away = "The broker of Queues:Uri cannot be reached: messages wait there. BizQ keeps trying.";

    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly Dictionary<QueueTrigger, ReadQueue> _readers = [];
    private volatile string? _problem = options.Configured ? null : "No broker is configured: messages are not read. Queues:Uri names one.";

    /// <summary>
    /// Why no messages are read, as a sentence; null when they are. It does not make this node unready: everything else works, and
    /// what is in the broker is safe there.
    /// </summary>
    public string? Problem => _problem;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Configured || !await lifetime.HasStarted(stoppingToken))
            return;
        using var listening = changes.SubscribeAll(change =>
        {
            if (change.Room == "agents")
                _signal.Writer.TryWrite(true);
        });
        await using var timer = clock.CreateTimer(_ => _signal.Writer.TryWrite(true), null, LookAgain, LookAgain);
        var pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await Connect(stoppingToken);
                (pause, _problem) = (FirstPause, null);
                await Serve(connection, stoppingToken);
                _problem = Away;
            }
            catch (Exception problem) when (!stoppingToken.IsCancellationRequested)
            {
                _problem = Away;
                log.LogWarning("The broker cannot be used ({Problem}); trying again in {Seconds} s", problem.GetBaseException().Message, pause.TotalSeconds);
            }
            finally
            {
                await StopAll();
            }
            await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private Task<IConnection> Connect(CancellationToken cancel) => new ConnectionFactory
    {
        Uri = new Uri(options.Uri),
        ClientProvidedName = "BizQ",
        // Done here instead, where what is read is known.
        AutomaticRecoveryEnabled = false,
        TopologyRecoveryEnabled = false,
    }.CreateConnectionAsync(cancel);

    /// <summary>Until the connection is lost.</summary>
    private async Task Serve(IConnection connection, CancellationToken cancel)
    {
        connection.ConnectionShutdownAsync += (_, _) =>
        {
            _signal.Writer.TryWrite(true);
            return Task.CompletedTask;
        };
        while (connection.IsOpen)
        {
            await Sync(connection, cancel);
            await _signal.Reader.ReadAsync(cancel);
        }
    }

    private async Task Sync(IConnection connection, CancellationToken cancel)
    {
        var wanted = await QueueTrigger.All(database, triggers, cancel);
        foreach (var (trigger, reader) in _readers.Where(r => !wanted.Contains(r.Key) || !r.Value.Reads).ToList())
        {
            _readers.Remove(trigger);
            await reader.DisposeAsync();
        }
        foreach (var trigger in wanted.Where(t => !_readers.ContainsKey(t)))
        {
            try
            {
                _readers[trigger] = await ReadQueue.Start(connection, trigger, options.Prefetch, receive, clock, log, cancel);
                log.LogInformation("Agent {Agent}: queue {Queue} is read", trigger.AgentId, trigger.Name);
            }
            catch (OperationInterruptedException problem) when (connection.IsOpen)
            {
                // Only this queue: the broker refuses it, to this user or in this form.
                log.LogWarning("Agent {Agent}: queue {Queue} cannot be read: {Problem}", trigger.AgentId, trigger.Name, problem.Message);
            }
        }
    }

    private async Task StopAll()
    {
        foreach (var reader in _readers.Values)
            await reader.DisposeAsync();
        _readers.Clear();
    }
}
