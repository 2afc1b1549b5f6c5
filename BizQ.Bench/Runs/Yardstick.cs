using System.Diagnostics;
using BizQ.Core.Data;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace BizQ.Bench.Runs;

/// <summary>
/// What the database alone allows, measured in the same run on the same machine: commits a second of a hand-written insert of
/// one row, each durable. PostgreSQL at the same concurrency, a connection each; SQLite, which has one writer, over one.
/// </summary>
internal static class Yardstick
{
    private const string Content = """{"input":{"price":12.5,"count":3,"name":"Ada Winter"},"output":{"total":37.5,"text":"Dear Ada Winter, that makes 37.5."},"node":"a","kind":"transform","durationMs":0.21}""";

    public static Task<double> Commits(BizQDatabase database, int inFlight, TimeSpan span, CancellationToken cancel) => database.Engine == Engine.Postgres
        ? Postgres(database.ConnectionString, inFlight, span, cancel)
        : Task.Run(() => Sqlite(database.DataPath, span), cancel);

    private static async Task<double> Postgres(string connectionString, int inFlight, TimeSpan span, CancellationToken cancel)
    {
        await using (var connection = await Open(connectionString, cancel))
            await Run(connection, "DROP TABLE IF EXISTS bench_commits; CREATE TABLE bench_commits (id uuid PRIMARY KEY, number int NOT NULL, content jsonb NOT NULL)", cancel);
        var connections = await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Open(connectionString, cancel)));
        var since = Stopwatch.GetTimestamp();
        var made = await Task.WhenAll(connections.Select(connection => Task.Run(() => Insert(connection, since, span, cancel), cancel)));
        var took = Stopwatch.GetElapsedTime(since);
        foreach (var connection in connections)
            await connection.DisposeAsync();
        return made.Sum() / took.TotalSeconds;
    }

    private static async Task<int> Insert(NpgsqlConnection connection, long since, TimeSpan span, CancellationToken cancel)
    {
        var (made, id) = (0, new NpgsqlParameter<Guid>());
        await using var command = new NpgsqlCommand("INSERT INTO bench_commits VALUES ($1, $2, $3::jsonb)", connection) { Parameters = { id, new() { Value = 1 }, new() { Value = Content } } };
        await command.PrepareAsync(cancel);
        for (; Stopwatch.GetElapsedTime(since) < span; made++)
        {
            id.TypedValue = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
            await command.ExecuteNonQueryAsync(cancel);
        }
        return made;
    }

    private static double Sqlite(string folder, TimeSpan span)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "yardstick.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS bench_commits (id TEXT PRIMARY KEY, number INTEGER, content TEXT)";
        command.ExecuteNonQuery();
        command.CommandText = "INSERT INTO bench_commits VALUES ($id, 1, $content)";
        var id = command.Parameters.Add("$id", SqliteType.Text);
        command.Parameters.AddWithValue("$content", Content);
        var (made, since) = (0, Stopwatch.GetTimestamp());
        for (; Stopwatch.GetElapsedTime(since) < span; made++)
        {
            id.Value = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();
            command.ExecuteNonQuery();
        }
        return made / Stopwatch.GetElapsedTime(since).TotalSeconds;
    }

    private static async Task<NpgsqlConnection> Open(string connectionString, CancellationToken cancel)
    {
        // A pool of its own: 200 connections beside those of the product.
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancel);
        return connection;
    }

    private static async Task Run(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancel);
    }
}
