using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Agents.Cluster;

/// <summary>
/// A cluster of one process talks to itself without sockets, so nothing listens: no port to collide with another instance, and
/// none that anybody else on the machine could reach the grains through.
/// </summary>
internal sealed class ClosedListeners : IConnectionListenerFactory
{
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(new Closed(endpoint));

    /// <summary>Puts itself where Orleans has registered its listeners for silos and for clients, under the same keys.</summary>
    public static void Replace(IServiceCollection services)
    {
        var open = services.Where(s => s.IsKeyedService && s.ServiceType == typeof(IConnectionListenerFactory)).ToList();
        if (open.Count == 0)
            throw new InvalidOperationException("Orleans registers its listeners differently now; the single process would listen.");
        foreach (var listener in open)
        {
            services.Remove(listener);
            services.AddKeyedSingleton<IConnectionListenerFactory>(listener.ServiceKey, new ClosedListeners());
        }
    }

    private sealed class Closed(EndPoint endpoint) : IConnectionListener
    {
        private readonly TaskCompletionSource<ConnectionContext?> _unbound = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public EndPoint EndPoint { get; } = endpoint;

        /// <summary>Nobody comes; null once it is closed.</summary>
        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => new(_unbound.Task.WaitAsync(cancellationToken));

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _unbound.TrySetResult(null);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
