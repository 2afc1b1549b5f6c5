using System.Data.Common;

namespace BizQ.Core.Context;

/// <summary>The types and the kind a search is narrowed to, and what its reader may not see, as conditions on <c>search_entries s</c>. The same on both engines.</summary>
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
        // What is withheld goes before any cut, or a page would come out short and tell that there is more.
        if (query.Withheld.Count > 0)
        {
            sql += command is Npgsql.NpgsqlCommand
                ? $" AND s.owner_id <> ALL({command.Add("withheld", query.Withheld.ToArray())})"
                : $" AND s.owner_id NOT IN (SELECT value FROM json_each({command.Add("withheld", Json.Text(query.Withheld.Select(id => id.ToString().ToUpperInvariant())))}))";
        }
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
