using StackExchange.Redis;

namespace BizQ.Agents.Cluster;

/// <summary>Publish and subscribe of the Redis server that the nodes find each other in.</summary>
public sealed class RedisWire(ClusteringOptions options) : IChangeWire, IAsyncDisposable
{
    private readonly RedisChannel _channel = RedisChannel.Literal($"{options.Name}/changes");
    private readonly SemaphoreSlim _connecting = new(1);
    private ConnectionMultiplexer? _redis;

    public async Task Send(IReadOnlyList<string> payloads, CancellationToken cancel)
    {
        var publisher = (await Connected(cancel)).GetSubscriber();
        foreach (var payload in payloads)
            await publisher.PublishAsync(_channel, payload).WaitAsync(cancel);
    }

    public async Task Listen(Action connected, Action<string> heard, CancellationToken cancel)
    {
        var redis = await Connected(cancel);
        // The client mends its connection by itself; what was published meanwhile is lost.
        void Mended(object? sender, ConnectionFailedEventArgs e)
        {
            if (e.ConnectionType == ConnectionType.Subscription)
                connected();
        }
        redis.ConnectionRestored += Mended;
        try
        {
            var queue = await redis.GetSubscriber().SubscribeAsync(_channel).WaitAsync(cancel);
            connected();
            while (true)
                heard((await queue.ReadAsync(cancel)).Message.ToString());
        }
        finally
        {
            redis.ConnectionRestored -= Mended;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_redis is not null)
            await _redis.DisposeAsync();
        _connecting.Dispose();
    }

    private async Task<ConnectionMultiplexer> Connected(CancellationToken cancel)
    {
        await _connecting.WaitAsync(cancel);
        try
        {
            return _redis ??= await ConnectionMultiplexer.ConnectAsync(Settings(options)).WaitAsync(cancel);
        }
        finally
        {
            _connecting.Release();
        }
    }

    /// <summary>A server that is away comes back: the client goes on trying instead of giving up.</summary>
    internal static ConfigurationOptions Settings(ClusteringOptions options)
    {
        var settings = ConfigurationOptions.Parse(options.Redis);
        settings.AbortOnConnectFail = false;
        settings.ClientName = "BizQ";
        return settings;
    }
}
