using System.Data.Common;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using NpgsqlTypes;

namespace BizQ.Core.Data.Rows;

/// <summary>One column of a table: how its values are read from rows and handed to the database, worked out once from the model.</summary>
internal abstract class RowColumn(IProperty property)
{
    public string Property { get; } = property.Name;

    /// <summary>Quoted.</summary>
    public string Name { get; } = $"\"{property.GetColumnName()}\"";

    public string StoreType { get; } = property.GetColumnType();

    /// <summary>A parameter of PostgreSQL that takes this column's values of many rows.</summary>
    public abstract NpgsqlParameter NewList();

    public abstract void Fill(NpgsqlParameter list, IReadOnlyList<object> rows);

    /// <summary>As the database takes it.</summary>
    public abstract object ValueOf(object row);

    /// <summary>A parameter that takes this column's value of one row.</summary>
    public abstract DbParameter NewSingle(DbCommand command, string name);

    public static RowColumn Of(IProperty property)
    {
        var row = Expression.Parameter(typeof(object), "row");
        Expression value = Expression.Property(Expression.Convert(row, property.DeclaringType.ClrType), property.PropertyInfo!);
        if (property.GetTypeMapping().Converter is { } converter)
            value = Converted(value, converter.ConvertToProviderExpression);
        return (RowColumn)Activator.CreateInstance(typeof(RowColumn<>).MakeGenericType(value.Type), property, Expression.Lambda(value, row).Compile())!;
    }

    /// <summary>Nothing stays nothing: converters are made for values.</summary>
    private static Expression Converted(Expression value, LambdaExpression convert)
    {
        var (wanted, given) = (convert.Parameters[0].Type, value.Type);
        if (given == wanted && given.IsValueType)
            return Expression.Invoke(convert, value);
        var result = convert.ReturnType.IsValueType ? typeof(Nullable<>).MakeGenericType(convert.ReturnType) : convert.ReturnType;
        return Expression.Condition(
            Expression.Equal(value, Expression.Constant(null, given)),
            Expression.Constant(null, result),
            Expression.Convert(Expression.Invoke(convert, given == wanted ? value : Expression.Convert(value, wanted)), result));
    }
}

internal sealed class RowColumn<T>(IProperty property, Func<object, T> read) : RowColumn(property)
{
    private readonly RelationalTypeMapping _mapping = property.GetRelationalTypeMapping();
    private readonly bool _nullable = property.IsNullable;
    private NpgsqlDbType? _type;

    public override NpgsqlParameter NewList() => new NpgsqlParameter<T[]> { NpgsqlDbType = NpgsqlDbType.Array | (_type ??= FindType()) };

    public override void Fill(NpgsqlParameter list, IReadOnlyList<object> rows)
    {
        var values = new T[rows.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = read(rows[i]);
        ((NpgsqlParameter<T[]>)list).TypedValue = values;
    }

    public override object ValueOf(object row) => read(row) ?? (object)DBNull.Value;

    public override DbParameter NewSingle(DbCommand command, string name) => _mapping.CreateParameter(command, name, null, _nullable);

    private NpgsqlDbType FindType()
    {
        using var command = new NpgsqlCommand();
        return ((NpgsqlParameter)_mapping.CreateParameter(command, "p", null, _nullable)).NpgsqlDbType;
    }
}
