using Microsoft.Data.Sqlite;

namespace BizQ.Core.Data.Rows;

/// <summary>A statement that is prepared once and run for row after row.</summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly SqliteCommand _command;
    private readonly IReadOnlyList<RowColumn> _columns;

    private SqliteStatement(SqliteConnection connection, string sql, IReadOnlyList<RowColumn> columns)
    {
        _columns = columns;
        _command = connection.CreateCommand();
#pragma warning disable CA2100 // Names come from the model, never from people.
        _command.CommandText = sql;
#pragma warning restore CA2100
        for (var i = 0; i < columns.Count; i++)
            _command.Parameters.Add(columns[i].NewSingle(_command, $"$p{i + 1}"));
    }

    public static SqliteStatement Make(SqliteConnection connection, RowShape shape, RowKind kind, bool isGuard)
    {
        switch (kind.Act)
        {
            case RowAct.Insert:
                var values = string.Join(", ", Enumerable.Range(1, shape.Columns.Count).Select(i => $"$p{i}"));
                var leave = isGuard ? " ON CONFLICT DO NOTHING" : "";
                return new SqliteStatement(connection, $"INSERT INTO {shape.Table} ({string.Join(", ", shape.Columns.Select(c => c.Name))}) VALUES ({values}){leave}", shape.Columns);
            case RowAct.Delete:
                return new SqliteStatement(connection, $"DELETE FROM {shape.Table} WHERE {shape.Id.Name} = $p1", [shape.Id]);
            default:
                var set = shape.Set(kind.Only);
                var sql = $"UPDATE {shape.Table} SET {string.Join(", ", set.Select((c, i) => $"{c.Name} = $p{i + 1}"))}";
                return shape.Version is not { } version
                    ? new SqliteStatement(connection, $"{sql} WHERE {shape.Id.Name} = $p{set.Count + 1}", [.. set, shape.Id])
                    : new SqliteStatement(connection, $"{sql}, {version.Name} = {version.Name} + 1 WHERE {shape.Id.Name} = $p{set.Count + 1} AND {version.Name} = $p{set.Count + 2}", [.. set, shape.Id, version]);
        }
    }

    public int Run(object row, SqliteTransaction transaction)
    {
        for (var i = 0; i < _columns.Count; i++)
            _command.Parameters[i].Value = _columns[i].ValueOf(row);
        _command.Transaction = transaction;
        return _command.ExecuteNonQuery();
    }

    public void Dispose() => _command.Dispose();
}
