namespace BizQ.Agents.Queues;

/// <summary>Section <c>Queues</c> of the configuration.</summary>
public sealed record QueueOptions
{
    public const string Section = "Queues";

    /// <summary>Of a RabbitMQ server, such as amqps://user:password@broker/vhost; from the environment (Queues__Uri), because it holds a password. Empty: no queues.</summary>
    public string Uri { get; init; } = "";

    /// <summary>Messages of one queue that may be on their way into runs at the same time; the rest waits in the broker.</summary>
    public int Prefetch { get; init; } = 50;

    public bool Configured => Uri.Length > 0;

    public static IEnumerable<string> ProblemsOf(QueueOptions options)
    {
        // Its value is not told: it holds a password.
        if (options.Configured && !(System.Uri.TryCreate(options.Uri, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps"))
            yield return "Queues:Uri must be empty or an address such as amqps://user:password@broker/vhost.";
        if (options.Prefetch is < 1 or > 1000)
            yield return $"Queues:Prefetch is {options.Prefetch}. Allowed are 1 to 1000.";
    }
}
