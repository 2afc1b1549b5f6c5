using BizQ.Core.Workspaces;

namespace BizQ.Core.Data.Rows;

/// <summary>What is done to a row.</summary>
internal enum RowAct { Insert, Update, Delete }

/// <summary>One row to be written. Those of the same kind go into one statement.</summary>
internal readonly record struct RowWrite(IInWorkspace Row, RowKind Kind);

/// <summary>Rows written by the same statement: of one type, in one way. <paramref name="Only"/>: the properties that may have changed; null means all.</summary>
internal readonly record struct RowKind(Type Type, RowAct Act, string[]? Only);

/// <summary>
/// Rows that stand or fall together. The guard decides: a changed row must still have the version that was read, a new one must
/// not be there yet. If it does not hold, nothing of the set is written; nor if another changed row with a version has moved on.
/// </summary>
public sealed class RowSet
{
    private readonly List<RowWrite> _rest = [];

    private RowSet(IInWorkspace guard, Guid id, RowKind kind) => (Guard, Id) = (new RowWrite(Checked(guard), kind), id);

    internal RowWrite Guard { get; }

    /// <summary>Of the guard, and so the name of the set: two of the same guard never share a commit.</summary>
    internal Guid Id { get; }

    internal IReadOnlyList<RowWrite> Rest => _rest;

    /// <summary>What else is done in the same transaction; null for nothing.</summary>
    internal Func<BizQDb, Task>? More { get; private set; }

    /// <param name="only">The properties that may have changed. Kept and compared by reference: pass a static array.</param>
    public static RowSet Changing<T>(T guard, Guid id, string[] only) where T : class, IInWorkspace =>
        new(guard, id, new RowKind(typeof(T), RowAct.Update, only));

    /// <summary>The set is refused when a row with one of the guard's unique keys is there already.</summary>
    public static RowSet Adding<T>(T guard, Guid id) where T : class, IInWorkspace =>
        new(guard, id, new RowKind(typeof(T), RowAct.Insert, null));

    public RowSet Insert<T>(IEnumerable<T> rows) where T : class, IInWorkspace => Add(rows, RowAct.Insert, null);

    /// <param name="only">As for <see cref="Changing"/>; null means everything but the keys.</param>
    public RowSet Update<T>(IEnumerable<T> rows, string[]? only = null) where T : class, IInWorkspace => Add(rows, RowAct.Update, only);

    public RowSet Delete<T>(IEnumerable<T> rows) where T : class, IInWorkspace => Add(rows, RowAct.Delete, null);

    /// <summary>
    /// Does more in the same transaction, if the set is written. Rows cannot say everything, but this costs the whole commit
    /// further round trips: for what is rare.
    /// </summary>
    public RowSet Then(Func<BizQDb, Task> more)
    {
        More = more;
        return this;
    }

    private RowSet Add<T>(IEnumerable<T> rows, RowAct act, string[]? only) where T : class, IInWorkspace
    {
        foreach (var row in rows)
            _rest.Add(new RowWrite(Checked(row), new RowKind(typeof(T), act, only)));
        return this;
    }

    private static IInWorkspace Checked(IInWorkspace row) => row.WorkspaceId != Guid.Empty
        ? row
        : throw new InvalidOperationException($"A {row.GetType().Name} without a workspace was about to be written.");
}
