using System.Diagnostics;
using System.Threading.Channels;
using Npgsql;

namespace BizQ.Bench.Runs;

/// <summary>
/// What the database alone would allow: the same number of durable writes a run through one group-committing writer, as a
/// row of a step and a state of its run, with no engine around it.
/// </summary>
internal static class Yardstick
{
    private const int MostAtOnce = 256;
    private const string Step = """{"input":{"price":12.5,"count":3,"name":"Ada Winter"},"output":{"total":37.5,"text":"Dear Ada Winter, that makes 37.5."},"node":"a","kind":"transform","durationMs":0.21}""";

    public static async Task<double> Measure(string connectionString, int inFlight, int writes, TimeSpan span, CancellationToken cancel)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancel);
        await Run(connection, "DROP TABLE IF EXISTS bench_steps, bench_runs; CREATE TABLE bench_runs (id uuid PRIMARY KEY, state int NOT NULL); CREATE TABLE bench_steps (run uuid, number int, content jsonb, PRIMARY KEY (run, number))", cancel);
        var waiting = Channel.CreateUnbounded<Write>(new UnboundedChannelOptions { SingleReader = true });
        var writer = Task.Run(() => Pump(connection, waiting.Reader, cancel), cancel);
        var (ended, since) = (0, Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(async () =>
        {
            while (Stopwatch.GetElapsedTime(since) < span)
            {
                var run = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
                for (var number = 1; number <= writes; number++)
                {
                    var write = new Write(run, number);
                    waiting.Writer.TryWrite(write);
                    await write.Done.Task;
                }
                Interlocked.Increment(ref ended);
            }
        }, cancel)));
        var rate = ended / Stopwatch.GetElapsedTime(since).TotalSeconds;
        waiting.Writer.Complete();
        await writer;
        return rate;
    }

    private static async Task Pump(NpgsqlConnection connection, ChannelReader<Write> waiting, CancellationToken cancel)
    {
        var batch = new List<Write>(MostAtOnce);
        while (await waiting.WaitToReadAsync(cancel))
        {
            while (batch.Count < MostAtOnce && waiting.TryRead(out var next))
                batch.Add(next);
            await using var transaction = await connection.BeginTransactionAsync(cancel);
            await using var rows = new NpgsqlBatch(connection, transaction);
            foreach (var write in batch)
            {
                rows.BatchCommands.Add(Command("INSERT INTO bench_runs VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET state = $2", write.Run, write.Number));
                rows.BatchCommands.Add(Command("INSERT INTO bench_steps VALUES ($1, $2, $3::jsonb)", write.Run, write.Number, Step));
            }
            await rows.ExecuteNonQueryAsync(cancel);
            await transaction.CommitAsync(cancel);
            batch.ForEach(write => write.Done.TrySetResult());
            batch.Clear();
        }
    }

    private static NpgsqlBatchCommand Command(string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }

    private static async Task Run(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancel);
    }

    private sealed record Write(Guid Run, int Number)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
