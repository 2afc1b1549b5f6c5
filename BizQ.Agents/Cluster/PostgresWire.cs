using BizQ.Core.Data;
using Npgsql;

namespace BizQ.Agents.Cluster;

/// <summary>
/// NOTIFY and LISTEN of the database that is there already, over two connections of their own. Notifying commits for itself and
/// never inside a run's transaction: PostgreSQL lets only one notifying commit through at a time.
/// </summary>
public sealed class PostgresWire(BizQDatabase database) : IChangeWire, IAsyncDisposable
{
    private const string Channel = "bizq_changes";

    /// <summary>A connection that a network has dropped silently is found out after this many seconds.</summary>
    private const int KeepAliveSeconds = 10;

    private NpgsqlConnection? _sending;

    public async Task Send(IReadOnlyList<string> payloads, CancellationToken cancel)
    {
        try
        {
            _sending ??= await Open("BizQ changes, sending", cancel);
            await using var command = new NpgsqlCommand($"SELECT count(pg_notify('{Channel}', payload)) FROM unnest($1) AS payload", _sending);
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. payloads] });
            await command.ExecuteNonQueryAsync(cancel);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async Task Listen(Action connected, Action<string> heard, CancellationToken cancel)
    {
        await using var connection = await Open("BizQ changes, listening", cancel);
        connection.Notification += (_, notification) => heard(notification.Payload);
        await using (var command = new NpgsqlCommand($"LISTEN {Channel}", connection))
            await command.ExecuteNonQueryAsync(cancel);
        connected();
        while (true)
            await connection.WaitAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _sending, null) is { } sending)
            await sending.DisposeAsync();
    }

    private async Task<NpgsqlConnection> Open(string name, CancellationToken cancel)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            ApplicationName = name,
            Pooling = false,
            KeepAlive = KeepAliveSeconds,
        }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancel);
            // What is told is committed already; its telling need not wait for the disk.
            await using var command = new NpgsqlCommand("SET synchronous_commit TO off", connection);
            await command.ExecuteNonQueryAsync(cancel);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
