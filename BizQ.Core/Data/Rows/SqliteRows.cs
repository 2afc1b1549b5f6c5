using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace BizQ.Core.Data.Rows;

/// <summary>
/// On SQLite, where a statement costs microseconds and a commit a flush: row by row with statements prepared once. SQLite blocks its caller
/// while it flushes, so it has a thread of its own: blocking those of the pool would hold up the runs.
/// </summary>
internal sealed class SqliteRows(string connectionString, IModel model) : IRowEngine
{
    private readonly string _connectionString = new SqliteConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;
    private readonly BlockingCollection<Job> _jobs = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SqliteConnection? _connection;
    private SqliteStatements? _statements;
    private Thread? _thread;

    public Task<IReadOnlySet<Guid>> Write(IReadOnlyList<RowSet> sets)
    {
        if (_thread is null)
        {
            _thread = new Thread(Work) { IsBackground = true, Name = "SQLite writer" };
            _thread.Start();
        }
        var job = new Job(sets);
        _jobs.Add(job);
        return job.Done.Task;
    }

    public Task<IReadOnlySet<Guid>> Write(IReadOnlyList<RowSet> sets, BizQDb within)
    {
        using var statements = new SqliteStatements((SqliteConnection)within.Database.GetDbConnection(), model);
        return Task.FromResult<IReadOnlySet<Guid>>(statements.Write(sets, (SqliteTransaction)within.Database.CurrentTransaction!.GetDbTransaction()));
    }

    public async ValueTask DisposeAsync()
    {
        _jobs.CompleteAdding();
        if (_thread is not null)
            await _ended.Task;
        _statements?.Dispose();
        if (_connection is not null)
            await _connection.DisposeAsync();
        _jobs.Dispose();
    }

    private void Work()
    {
        foreach (var job in _jobs.GetConsumingEnumerable())
        {
            try
            {
                job.Done.TrySetResult(Commit(job.Sets));
            }
            catch (Exception problem)
            {
                // Handed to the one who waits for it.
                job.Done.TrySetException(problem);
            }
        }
        _ended.TrySetResult();
    }

    private HashSet<Guid> Commit(IReadOnlyList<RowSet> sets)
    {
        var connection = _connection ??= Open();
        _statements ??= new SqliteStatements(connection, model);
        // Immediate: a transaction that began as a reader cannot wait for another writer, only fail.
        using var transaction = connection.BeginTransaction(deferred: false);
        var written = _statements.Write(sets, transaction);
        transaction.Commit();
        return written;
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = SqlitePragmas.Text;
        command.ExecuteNonQuery();
        return connection;
    }

    private sealed record Job(IReadOnlyList<RowSet> Sets)
    {
        public TaskCompletionSource<IReadOnlySet<Guid>> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
