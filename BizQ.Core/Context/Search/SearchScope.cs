using System.Data.Common;

namespace BizQ.Core.Context;

/// <summary>The types and the kind a search is narrowed to, as conditions on <c>search_entries s</c>. The same on both engines.</summary>
internal static class SearchScope
{
    public static string Of(DbCommand command, SearchQuery query)
    {
        var sql = "";
        if (query.Types is { Count: > 0 } types)
        {
            var names = types.Select((type, i) => command.Add($"type{i}", EntityLimits.NormalType(type))).ToList();
            sql += $" AND s.type IN ({string.Join(", ", names)})";
        }
        if (query.Kind is { } kind)
            sql += $" AND s.kind = {command.Add("kind", kind.ToString())}";
        return sql;
    }

    /// <summary>Adds a parameter and says its name.</summary>
    public static string Add(this DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value);
        command.Parameters.Add(parameter);
        return "@" + name;
    }
}
