using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Metadata;

namespace BizQ.Core.Data.Rows;

/// <summary>
/// The statements of one connection, each prepared once. A set that does more than move its guard and add rows gets a
/// savepoint, so that it can be taken back alone.
/// </summary>
internal sealed class SqliteStatements(SqliteConnection connection, IModel model) : IDisposable
{
    private readonly Dictionary<(RowKind Kind, bool IsGuard), SqliteStatement> _statements = [];

    /// <summary>Which sets were written.</summary>
    public HashSet<Guid> Write(IReadOnlyList<RowSet> sets, SqliteTransaction transaction)
    {
        var written = new HashSet<Guid>(sets.Count);
        foreach (var set in sets)
        {
            if (set.Rest.All(write => write.Kind.Act == RowAct.Insert) ? Write(set, transaction) : WriteOrTakeBack(set, transaction))
                written.Add(set.Id);
        }
        return written;
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
    }

    private bool WriteOrTakeBack(RowSet set, SqliteTransaction transaction)
    {
        transaction.Save("one");
        var all = Write(set, transaction);
        if (!all)
            transaction.Rollback("one");
        transaction.Release("one");
        return all;
    }

    private bool Write(RowSet set, SqliteTransaction transaction) =>
        Run(set.Guard, isGuard: true, transaction) && set.Rest.All(write => Run(write, isGuard: false, transaction));

    /// <summary>False when the row has another version than the one read, or is there already.</summary>
    private bool Run(RowWrite write, bool isGuard, SqliteTransaction transaction)
    {
        if (!_statements.TryGetValue((write.Kind, isGuard), out var statement))
            _statements[(write.Kind, isGuard)] = statement = SqliteStatement.Make(connection, RowShape.Of(model, write.Kind.Type), write.Kind, isGuard);
        return statement.Run(write.Row, transaction) == 1 || write.Kind.Act == RowAct.Delete;
    }
}
