using System.Text;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;
using NpgsqlTypes;

namespace BizQ.Core.Data.Rows;

/// <summary>
/// The one statement for batches of one make-up. Guards are moved first (<c>g0</c>, …); together they are <c>held</c>, and
/// everything else is written only for sets that are in it. Rows with versions of their own are locked and compared before
/// (<c>stale</c>), in the order of their tables, which is the order in which saving locks them too.
/// </summary>
internal sealed class PostgresStatement : IAsyncDisposable
{
    private readonly NpgsqlCommand _command;
    private readonly List<Action<IReadOnlyList<RowBatch.Part>>> _fill = [];

    public PostgresStatement(RowBatch batch, IModel model)
    {
        _command = new NpgsqlCommand();
        var parts = batch.Parts.Select((part, i) => (Part: part, Shape: RowShape.Of(model, part.Kind.Type), At: i)).ToList();
        var guards = parts.Where(p => p.Part.IsGuard).ToList();
        var fenced = parts.Where(p => p.Part is { IsGuard: false, Kind.Act: RowAct.Update } && p.Shape.Version is not null).OrderBy(p => p.Shape.Table, StringComparer.Ordinal).ToList();
        // IS TRUE hides the lists from the planner's joins: looking one up stays cheap however long it is.
        var unlessStale = fenced.Count > 0 ? " AND (n.k IN (SELECT k FROM stale)) IS NOT TRUE" : "";
        const string ifHeld = " AND (n.k IN (SELECT k FROM held)) IS TRUE";
        var ctes = new List<string>(fenced.Select(p => $"l{p.At} AS ({Lock(p.Shape, p.At)})"));
        if (fenced.Count > 0)
            ctes.Add($"stale AS ({string.Join(" UNION ALL ", fenced.Select(p => Stale(p.Shape, p.At)))})");
        ctes.AddRange(guards.Select(p => $"g{p.At} AS ({Write(p.Part, p.Shape, p.At, unlessStale)})"));
        ctes.Add($"held AS ({string.Join(" UNION ALL ", guards.Select(p => $"SELECT k FROM g{p.At}"))})");
        ctes.AddRange(parts.Where(p => !p.Part.IsGuard).Select(p => $"w{p.At} AS ({Write(p.Part, p.Shape, p.At, ifHeld)})"));
        _command.CommandText = $"WITH {string.Join(",\n", ctes)}\nSELECT k FROM held";
    }

    public async Task<IReadOnlySet<Guid>> Run(NpgsqlConnection connection, RowBatch batch)
    {
        foreach (var fill in _fill)
            fill(batch.Parts);
        _command.Connection = connection;
        var written = new HashSet<Guid>(batch.Parts[0].Rows.Count);
        await using var reader = await _command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            written.Add(reader.GetGuid(0));
        return written;
    }

    public ValueTask DisposeAsync() => _command.DisposeAsync();

    private string Lock(RowShape shape, int at) =>
        $"SELECT \"id\", {shape.Version!.Name} AS v FROM {shape.Table} WHERE \"id\" = ANY({List(at, shape.Id)}) ORDER BY \"id\" FOR UPDATE";

    private string Stale(RowShape shape, int at) =>
        $"SELECT n.k FROM {Rows(at, [shape.Id, shape.Version!])} LEFT JOIN l{at} AS l ON l.\"id\" = n.c0 AND l.v = n.c1 WHERE l.\"id\" IS NULL";

    private string Write(RowBatch.Part part, RowShape shape, int at, string condition) => part.Kind.Act switch
    {
        RowAct.Insert => Insert(part, shape, at, condition),
        RowAct.Delete => $"DELETE FROM {shape.Table} AS t USING {Rows(at, [shape.Id])} WHERE t.\"id\" = n.c0{condition}",
        _ => Update(part, shape, at, condition),
    };

    private string Insert(RowBatch.Part part, RowShape shape, int at, string condition)
    {
        var (names, values) = (shape.Columns.Select(c => c.Name), shape.Columns.Select((_, i) => $"n.c{i}"));
        return $"INSERT INTO {shape.Table} ({string.Join(", ", names)}) SELECT {string.Join(", ", values)} FROM {Rows(at, shape.Columns)} WHERE true{condition}"
            + (part.IsGuard ? " ON CONFLICT DO NOTHING RETURNING \"id\" AS k" : "");
    }

    private string Update(RowBatch.Part part, RowShape shape, int at, string condition)
    {
        var columns = shape.Set(part.Kind.Only);
        var set = columns.Select((c, i) => $"{c.Name} = n.c{i + 1}");
        var (fence, rows) = ("", Rows(at, shape.Version is null ? [shape.Id, .. columns] : [shape.Id, .. columns, shape.Version]));
        if (shape.Version is { } version)
        {
            set = set.Append($"{version.Name} = t.{version.Name} + 1");
            fence = $" AND t.{version.Name} = n.c{columns.Count + 1}";
        }
        return $"UPDATE {shape.Table} AS t SET {string.Join(", ", set)} FROM {rows} WHERE t.\"id\" = n.c0{fence}{condition}"
            + (part.IsGuard ? " RETURNING t.\"id\" AS k" : "");
    }

    /// <summary>The part's rows as a table n: the set each belongs to, then these columns.</summary>
    private string Rows(int at, IReadOnlyList<RowColumn> columns)
    {
        var lists = new StringBuilder(Sets(at));
        foreach (var column in columns)
            lists.Append(", ").Append(List(at, column));
        return $"unnest({lists}) AS n(k, {string.Join(", ", columns.Select((_, i) => $"c{i}"))})";
    }

    private string Sets(int at)
    {
        var list = new NpgsqlParameter<Guid[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid };
        return Add(list, "uuid", parts => list.TypedValue = [.. parts[at].Sets]);
    }

    private string List(int at, RowColumn column)
    {
        var list = column.NewList();
        return Add(list, column.StoreType, parts => column.Fill(list, parts[at].Rows));
    }

    private string Add(NpgsqlParameter list, string storeType, Action<IReadOnlyList<RowBatch.Part>> fill)
    {
        _command.Parameters.Add(list);
        _fill.Add(fill);
        return $"${_command.Parameters.Count}::{storeType}[]";
    }
}
