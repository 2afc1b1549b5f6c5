using System.Globalization;
using System.Text;
using BizQ.Core;
using BizQ.Core.Triggers;
using BizQ.Core.Workspaces;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace BizQ.Agents.Queues;

/// <summary>
/// Reads one queue: a message is taken off it only once its run is committed, so a crash in between brings it again, and the run's
/// key makes that the same run. What can never become a run is set aside with the reason.
/// </summary>
internal sealed class ReadQueue : IAsyncDisposable
{
    /// <summary>Runs that are being committed side by side: they share commits.</summary>
    private const int MostAtOnce = 16;

    private const ushort QueueIsAnother = 406;

    /// <summary>Until a message is offered again that could not be taken for a reason that passes.</summary>
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(2);

    private readonly QueueTrigger _trigger;
    private readonly ReceiveMessage _receive;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _parking = new(1);
    private readonly IConnection _connection;
    private IChannel _channel = null!;
    private IChannel? _parked;

    private ReadQueue(IConnection connection, QueueTrigger trigger, ReceiveMessage receive, TimeProvider clock, ILogger log) =>
        (_connection, _trigger, _receive, _clock, _log) = (connection, trigger, receive, clock, log);

    public bool Reads => _channel.IsOpen;

    public static async Task<ReadQueue> Start(IConnection connection, QueueTrigger trigger, int prefetch, ReceiveMessage receive, TimeProvider clock, ILogger log, CancellationToken cancel)
    {
        var reader = new ReadQueue(connection, trigger, receive, clock, log);
        try
        {
            await reader.Open(prefetch, cancel);
            return reader;
        }
        catch
        {
            await reader.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        // What is not acknowledged goes back to the queue.
        if (_channel is not null)
            await _channel.DisposeAsync();
        if (_parked is not null)
            await _parked.DisposeAsync();
        _stop.Dispose();
        _parking.Dispose();
    }

    private async Task Open(int prefetch, CancellationToken cancel)
    {
        await Declare(_trigger.Name, cancel);
        _channel = await _connection.CreateChannelAsync(new CreateChannelOptions(false, false, consumerDispatchConcurrency: (ushort)Math.Min(prefetch, MostAtOnce)), cancel);
        await _channel.BasicQosAsync(0, (ushort)prefetch, false, cancel);
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += (_, delivery) => Take(delivery);
        await _channel.BasicConsumeAsync(_trigger.Name, autoAck: false, consumer, cancel);
    }

    /// <summary>Durable. One that the broker's owner has made in another way is used as it is.</summary>
    private async Task Declare(string name, CancellationToken cancel)
    {
        try
        {
            await using var channel = await _connection.CreateChannelAsync(cancellationToken: cancel);
            await channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, cancellationToken: cancel);
        }
        catch (OperationInterruptedException other) when (other.ShutdownReason?.ReplyCode == QueueIsAnother)
        {
            _log.LogInformation("Queue {Queue} is there with settings of its own", name);
        }
    }

    /// <summary>The entry of a message, and the one place where its failures are caught.</summary>
    private async Task Take(BasicDeliverEventArgs delivery)
    {
        try
        {
            // The body is the broker's buffer: it is gone when this returns.
            var message = MessageOf(delivery, delivery.Body.ToArray());
            var outcome = await _receive.Run(Actor.System(_trigger.WorkspaceId) with { Name = $"Queue {_trigger.Name}" }, message, _stop.Token);
            if (outcome.Refusal is { } refusal && !IsPassing(refusal))
                await Park(delivery, refusal);
            else if (outcome.Refusal is { } passing)
                await Return(delivery, passing.Message);
            else
                await _channel.BasicAckAsync(delivery.DeliveryTag, false, _stop.Token);
        }
        catch (Exception problem) when (_stop.IsCancellationRequested || problem is AlreadyClosedException or ObjectDisposedException)
        {
            _log.LogDebug(problem, "Queue {Queue}: a message goes back because reading has ended", _trigger.Name);
        }
        catch (Exception problem)
        {
            _log.LogError(problem, "Queue {Queue}: a message could not become a run now; it is offered again", _trigger.Name);
            await Return(delivery, problem.Message);
        }
    }

    private async Task Return(BasicDeliverEventArgs delivery, string why)
    {
        _log.LogDebug("Queue {Queue}: a message goes back: {Reason}", _trigger.Name, why);
        try
        {
            await Task.Delay(Later, _clock, _stop.Token);
            await _channel.BasicNackAsync(delivery.DeliveryTag, false, requeue: true, _stop.Token);
        }
        catch (Exception problem) when (problem is OperationCanceledException or AlreadyClosedException or ObjectDisposedException)
        {
            _log.LogDebug(problem, "Queue {Queue}: a message goes back by itself because reading has ended", _trigger.Name);
        }
    }

    /// <summary>The broker confirms that it has the copy before the message is taken off the queue.</summary>
    private async Task Park(BasicDeliverEventArgs delivery, Refusal refusal)
    {
        var name = QueueNames.ParkedOf(_trigger.Name);
        await _parking.WaitAsync(_stop.Token);
        try
        {
            if (_parked is not { IsOpen: true })
            {
                await Declare(name, _stop.Token);
                _parked = await _connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), _stop.Token);
            }
            var properties = new BasicProperties(delivery.BasicProperties) { Persistent = true };
            properties.Headers = new Dictionary<string, object?>(properties.Headers ?? new Dictionary<string, object?>())
            {
                [QueueNames.ReasonHeader] = refusal.Code,
                [QueueNames.DetailHeader] = refusal.Message,
            };
            await _parked.BasicPublishAsync("", name, mandatory: true, properties, delivery.Body.ToArray(), _stop.Token);
        }
        finally
        {
            _parking.Release();
        }
        await _channel.BasicAckAsync(delivery.DeliveryTag, false, _stop.Token);
        _log.LogWarning("Queue {Queue}: a message was set aside in {Parked}: {Reason}", _trigger.Name, name, refusal.Message);
    }

    /// <summary>The agent was paused, or there is no room: the next offer may succeed.</summary>
    private static bool IsPassing(Refusal refusal) =>
        refusal.Kind is RefusalKind.Limited or RefusalKind.Unavailable || refusal.Code is "agentPaused" or "agentWithoutVersion";

    private QueueMessage MessageOf(BasicDeliverEventArgs delivery, byte[] body)
    {
        var given = delivery.BasicProperties;
        return new QueueMessage(_trigger.AgentId, _trigger.TriggerId, _trigger.Name, IdentityOf(delivery, body), body)
        {
            MessageId = given.MessageId,
            ContentType = given.ContentEncoding is null or "" or "utf-8" or "UTF-8" ? given.ContentType : $"{given.ContentType}; charset={given.ContentEncoding}",
            Hops = HeaderOf(given, Hops.Header),
        };
    }

    /// <summary>
    /// The message id or an idempotency key in its headers. Without either, everything that was sent: two messages that are alike
    /// in all of it cannot be told from one that came twice.
    /// </summary>
    private static string IdentityOf(BasicDeliverEventArgs delivery, byte[] body)
    {
        var given = delivery.BasicProperties;
        if (HeaderOf(given, "Idempotency-Key") is { Length: > 0 } key)
            return $"key {key}";
        return given.MessageId is { Length: > 0 } id
            ? $"id {id}"
            : string.Create(CultureInfo.InvariantCulture, $"content {delivery.RoutingKey} {given.ContentType} {given.CorrelationId} {given.Timestamp.UnixTime} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(body))}");
    }

    private static string? HeaderOf(IReadOnlyBasicProperties properties, string name) => properties.Headers?.TryGetValue(name, out var value) != true ? null : value switch
    {
        byte[] text => Encoding.UTF8.GetString(text),
        null => null,
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
