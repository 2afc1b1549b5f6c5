using System.Data.Common;
using System.Globalization;
using System.Text;
using Npgsql;

namespace BizQ.Core.Context;

/// <summary>
/// Conditions as SQL on <c>search_entries s</c>, with parameters only. What a field is equal to is looked up in the index of current
/// facts; more and less are read out of the entity's data, of the rows that are looked at.
/// </summary>
internal sealed class FilterSql(IReadOnlyList<Condition> conditions)
{
    /// <summary>A number, an amount of money, or a text that is a number.</summary>
    private const string PostgresNumber =
        """
        (CASE jsonb_typeof(e.entity_data -> {0}) WHEN 'number' THEN (e.entity_data ->> {0})::float8
          WHEN 'string' THEN CASE WHEN (e.entity_data ->> {0}) ~ '^-?[0-9]{{1,15}}(\.[0-9]+)?$' THEN (e.entity_data ->> {0})::float8 END
          WHEN 'object' THEN CASE WHEN (e.entity_data -> {0} ->> 'amount') ~ '^-?[0-9]{{1,15}}(\.[0-9]+)?$' THEN (e.entity_data -> {0} ->> 'amount')::float8 END END)
        """;

    private const string SqliteNumber =
        """
        (CASE json_type(e.entity_data -> {0}) WHEN 'integer' THEN e.entity_data ->> {0} WHEN 'real' THEN e.entity_data ->> {0}
          WHEN 'text' THEN CASE WHEN (e.entity_data ->> {0}) GLOB '*[0-9]' AND (e.entity_data ->> {0}) NOT GLOB '?*[^0-9.]*' THEN CAST(e.entity_data ->> {0} AS REAL) END
          WHEN 'object' THEN CAST((e.entity_data -> {0}) ->> 'amount' AS REAL) END)
        """;

    /// <summary>Conditions to add after others; the command must have <c>@workspace</c>.</summary>
    public string Of(DbCommand command)
    {
        var sql = new StringBuilder();
        for (var i = 0; i < conditions.Count; i++)
            sql.Append(conditions[i].Not ? " AND NOT (" : " AND (").Append(One(command, conditions[i], $"f{i}")).Append(')');
        return sql.ToString();
    }

    private static string One(DbCommand command, Condition condition, string name) => condition.Of switch
    {
        Told.Type => $"s.type = {command.Add(name, EntityLimits.NormalType(condition.Text))}",
        Told.Kind => $"s.kind = {command.Add(name, condition.Text.Equals("entity", StringComparison.OrdinalIgnoreCase) ? nameof(SearchKind.Entity) : nameof(SearchKind.Passage))}",
        Told.Updated => InDay(command, condition, "s.observed_at", name),
        Told.Created => Either($"e.removed_at IS NULL AND {InDay(command, condition, "e.created_at", name)}"),
        Told.Key => $"s.owner_id IN (SELECT e.id FROM context_entities e WHERE e.workspace_id = @workspace AND e.lookup_key = {command.Add(name, condition.Text.ToLowerInvariant())})",
        Told.Name => Like(command, "s.title", condition.Text, name),
        Told.Phrase => $"{Like(command, "s.title", condition.Text, name)} OR {Like(command, "s.text", condition.Text, name + "t")}",
        Told.Source => $"{FactsWhere(Like(command, "f.source_name", condition.Text, name))} OR s.owner_id IN (SELECT d.id FROM documents d WHERE d.workspace_id = @workspace AND {Like(command, "d.source_name", condition.Text, name + "d")})",
        Told.Verified => $"{(condition.Yes == true ? "" : "NOT ")}EXISTS (SELECT 1 FROM facts f WHERE f.workspace_id = @workspace AND f.entity_id = s.owner_id AND f.superseded_by IS NULL AND f.verified_at IS NOT NULL)",
        Told.Tag => Equal(command, condition with { Field = "tags" }, name) + " OR " + Equal(command, condition with { Field = "tag" }, name + "o"),
        _ => condition.Comparison == Comparison.Is ? Equal(command, condition, name) : Ordered(command, condition, name),
    };

    /// <summary>The single value, one of a list, a number however it is written, or any moment of a day.</summary>
    private static string Equal(DbCommand command, Condition condition, string name)
    {
        var field = command.Add(name + "n", condition.Field);
        var text = command.Add(name, Lookup.Of(condition.Text) ?? "");
        var value = command is NpgsqlCommand ? "f.value::text" : "f.value";
        var sql = $"f.field = {field} AND (f.lookup = {text} OR (f.lookup IS NULL AND {Like(command, value, $"\"{condition.Text}\"", name + "l")})";
        if (condition.Yes is { } yes)
            sql += $" OR f.lookup = {command.Add(name + "y", yes ? "true" : "false")}";
        if (condition.Day is not null && condition.Text.Length == 10)
            sql += $" OR f.lookup LIKE {command.Add(name + "d", condition.Text + "%")}";
        var equal = FactsWhere(sql + ")");
        return condition.Number is { } number ? $"{equal} OR {Entities($"{NumberOf(command, field)} = {command.Add(name + "v", number)}")}" : equal;
    }

    private static string Ordered(DbCommand command, Condition condition, string name)
    {
        var field = command.Add(name + "n", condition.Field);
        if (condition.Day is { } day)
            return Entities($"(e.entity_data ->> {field}) LIKE '____-__-__%' AND substr(e.entity_data ->> {field}, 1, 10) {Sign(condition.Comparison)} {command.Add(name, day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))}");
        return Entities($"{NumberOf(command, field)} {Sign(condition.Comparison)} {command.Add(name, condition.Number!.Value)}");
    }

    private static string InDay(DbCommand command, Condition condition, string column, string name)
    {
        var (from, to) = (Time(command, name + "a", condition.Span.From), Time(command, name + "z", condition.Span.To));
        return condition.Comparison switch
        {
            Comparison.More => $"{column} >= {to}",
            Comparison.AtLeast => $"{column} >= {from}",
            Comparison.Less => $"{column} < {from}",
            Comparison.AtMost => $"{column} < {to}",
            _ => $"{column} >= {from} AND {column} < {to}",
        };
    }

    /// <summary>SQLite keeps microseconds since 1970.</summary>
    private static string Time(DbCommand command, string name, DateTimeOffset time) => command is NpgsqlCommand
        ? command.Add(name, time.UtcDateTime)
        : command.Add(name, (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);

    private static string NumberOf(DbCommand command, string field) =>
        string.Format(CultureInfo.InvariantCulture, command is NpgsqlCommand ? PostgresNumber : SqliteNumber, field);

    private static string FactsWhere(string condition) =>
        $"s.owner_id IN (SELECT f.entity_id FROM facts f WHERE f.workspace_id = @workspace AND f.superseded_by IS NULL AND {condition})";

    private static string Entities(string condition) => $"EXISTS (SELECT 1 FROM context_entities e WHERE e.id = s.owner_id AND e.workspace_id = @workspace AND {condition})";

    private static string Either(string condition) =>
        $"{Entities(condition)} OR EXISTS (SELECT 1 FROM documents e WHERE e.id = s.owner_id AND e.workspace_id = @workspace AND {condition})";

    private static string Like(DbCommand command, string column, string text, string name)
    {
        var sought = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
        return $"{column} {(command is NpgsqlCommand ? "ILIKE" : "LIKE")} {command.Add(name, $"%{sought}%")} ESCAPE '\\'";
    }

    private static string Sign(Comparison comparison) => comparison switch
    {
        Comparison.More => ">",
        Comparison.AtLeast => ">=",
        Comparison.Less => "<",
        _ => "<=",
    };
}
