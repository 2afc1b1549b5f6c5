using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;

namespace BizQ.Core.Data.Rows;

/// <summary>
/// On PostgreSQL, where a round trip and a statement cost more than a row: everything in one statement, whose parts see which
/// guards held. It commits by itself, so a commit is one round trip, and which sets were refused is its answer.
/// </summary>
internal sealed class PostgresRows(string connectionString, IModel model) : IRowEngine
{
    /// <summary>
    /// Rows are found by their keys only. The plan is made once, when the tables may be small enough to be read whole, and
    /// kept while they grow; so reading them whole is ruled out on this connection.
    /// </summary>
    private const string ByKeyOnly = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off; SET plan_cache_mode = force_generic_plan";

    private readonly string _connectionString = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;
    private readonly Dictionary<string, PostgresStatement> _statements = new(StringComparer.Ordinal);
    private NpgsqlConnection? _connection;

    public async Task<IReadOnlySet<Guid>> Write(IReadOnlyList<RowSet> sets)
    {
        var connection = _connection ??= await Open();
        try
        {
            return await Write(connection, sets);
        }
        catch (Exception) when (connection.FullState != System.Data.ConnectionState.Open)
        {
            // Broken off: the next attempt makes a new one.
            _connection = null;
            await connection.DisposeAsync();
            throw;
        }
    }

    public Task<IReadOnlySet<Guid>> Write(IReadOnlyList<RowSet> sets, BizQDb within) => Write((NpgsqlConnection)within.Database.GetDbConnection(), sets);

    public async ValueTask DisposeAsync()
    {
        foreach (var statement in _statements.Values)
            await statement.DisposeAsync();
        if (_connection is not null)
            await _connection.DisposeAsync();
    }

    private Task<IReadOnlySet<Guid>> Write(NpgsqlConnection connection, IReadOnlyList<RowSet> sets)
    {
        var batch = new RowBatch(sets);
        if (!_statements.TryGetValue(batch.Name, out var statement))
            _statements[batch.Name] = statement = new PostgresStatement(batch, model);
        return statement.Run(connection, batch);
    }

    private async Task<NpgsqlConnection> Open()
    {
        var connection = new NpgsqlConnection(_connectionString);
        try
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand(ByKeyOnly, connection);
            await command.ExecuteNonQueryAsync();
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
