using System.Collections.Concurrent;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace BizQ.Core.Data.Rows;

/// <summary>How rows of one type are written: worked out once from the model.</summary>
internal sealed class RowShape
{
    private static readonly ConcurrentDictionary<(IModel Model, Type Row), RowShape> Shapes = new();

    private readonly Action<object>? _countUp;

    private RowShape(IEntityType type)
    {
        Table = type.GetTableName()!;
        Columns = [.. type.GetProperties().Where(p => p.ValueGenerated == ValueGenerated.Never).Select(RowColumn.Of)];
        Id = Columns.First(c => c.Property == "Id");
        if (type.FindProperty("Version") is not { IsConcurrencyToken: true } version)
            return;
        Version = Columns.First(c => c.Property == "Version");
        var row = Expression.Parameter(typeof(object), "row");
        _countUp = Expression.Lambda<Action<object>>(
            Expression.PreIncrementAssign(Expression.Property(Expression.Convert(row, type.ClrType), version.PropertyInfo!)), row).Compile();
    }

    public string Table { get; }

    public IReadOnlyList<RowColumn> Columns { get; }

    public RowColumn Id { get; }

    /// <summary>Null when rows of this type are not fenced by themselves.</summary>
    public RowColumn? Version { get; }

    public static RowShape Of(IModel model, Type row) => Shapes.GetOrAdd((model, row), key => new RowShape(key.Model.FindEntityType(key.Row)!));

    /// <summary>As the database did with it.</summary>
    public void CountUp(object row) => _countUp?.Invoke(row);

    /// <summary>What an update sets besides the version.</summary>
    public IReadOnlyList<RowColumn> Set(string[]? only) =>
        [.. Columns.Where(c => c != Id && c != Version && c.Property != "WorkspaceId" && (only is null || only.Contains(c.Property)))];
}
