using System.Data.Common;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using NpgsqlTypes;

namespace BizQ.Core.Data;

/// <summary>
/// Inserts many new rows without tracking them: one prepared statement on SQLite, COPY on PostgreSQL. Five to ten times faster
/// than saving them, which is what makes an import of ten thousand entities take seconds. Runs in the current transaction.
/// </summary>
internal static class BulkInsert
{
    public static async Task Insert<T>(this BizQDb db, IReadOnlyList<T> rows, CancellationToken cancel) where T : class, IInWorkspace
    {
        if (rows.Count == 0)
            return;
        if (rows.Any(row => row.WorkspaceId != db.CurrentWorkspace))
            throw new InvalidOperationException($"A {typeof(T).Name} of another workspace was about to be written.");
        var type = db.Model.FindEntityType(typeof(T))!;
        var columns = type.GetProperties().Where(p => p.ValueGenerated == ValueGenerated.Never).ToList();
        var connection = db.Database.GetDbConnection();
        if (connection is NpgsqlConnection postgres)
            await Copy(postgres, type, columns, rows, cancel);
        else
            await Prepared(connection, db.Database.CurrentTransaction!.GetDbTransaction(), type, columns, rows, cancel);
    }

    private static async Task Prepared<T>(DbConnection connection, DbTransaction transaction, IEntityType type, List<IProperty> columns, IReadOnlyList<T> rows, CancellationToken cancel) where T : class
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // Names come from the model, never from people.
        command.CommandText = $"INSERT INTO {type.GetTableName()} ({Names(columns)}) VALUES ({string.Join(", ", columns.Select((_, i) => $"@p{i}"))})";
#pragma warning restore CA2100
        var parameters = columns.Select((column, i) => column.GetRelationalTypeMapping().CreateParameter(command, $"@p{i}", null, column.IsNullable)).ToList();
        parameters.ForEach(p => command.Parameters.Add(p));
        await command.PrepareAsync(cancel);
        foreach (var row in rows)
        {
            for (var i = 0; i < columns.Count; i++)
                parameters[i].Value = ValueOf(columns[i], row) ?? DBNull.Value;
            await command.ExecuteNonQueryAsync(cancel);
        }
    }

    private static async Task Copy<T>(NpgsqlConnection connection, IEntityType type, List<IProperty> columns, IReadOnlyList<T> rows, CancellationToken cancel) where T : class
    {
        await using var command = connection.CreateCommand();
        var types = columns.Select(c => ((NpgsqlParameter)c.GetRelationalTypeMapping().CreateParameter(command, "p", null, c.IsNullable)).NpgsqlDbType).ToList();
        await using var writer = await connection.BeginBinaryImportAsync($"COPY {type.GetTableName()} ({Names(columns)}) FROM STDIN (FORMAT BINARY)", cancel);
        foreach (var row in rows)
        {
            await writer.StartRowAsync(cancel);
            for (var i = 0; i < columns.Count; i++)
                await Write(writer, ValueOf(columns[i], row), types[i], cancel);
        }
        await writer.CompleteAsync(cancel);
    }

    private static Task Write(NpgsqlBinaryImporter writer, object? value, NpgsqlDbType type, CancellationToken cancel) =>
        value is null ? writer.WriteNullAsync(cancel) : writer.WriteAsync(value, type, cancel);

    private static string Names(List<IProperty> columns) => string.Join(", ", columns.Select(c => $"\"{c.GetColumnName()}\""));

    private static object? ValueOf(IProperty column, object row)
    {
        var value = column.GetGetter().GetClrValue(row);
        return value is null ? null : column.GetTypeMapping().Converter is { } converter ? converter.ConvertToProvider(value) : value;
    }
}
