using System.Data.Common;
using System.Text;
using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>A row that matched, and how well.</summary>
internal readonly record struct Ranked(long Row, double Score);

/// <summary>Asks the engine's full-text index for the best rows of one workspace. The only place with search SQL.</summary>
internal static class SearchRanking
{
    public static async Task<List<Ranked>> Of(BizQDb db, Engine engine, IReadOnlyList<SearchTerm> terms, SearchQuery query, int from, int count, CancellationToken cancel)
    {
        await db.Database.OpenConnectionAsync(cancel);
        await using var command = db.Database.GetDbConnection().CreateCommand();
        if (engine == Engine.Sqlite)
            Sqlite(command, db.CurrentWorkspace, terms, query);
        else
            Postgres(command, db.CurrentWorkspace, terms, query);
        Add(command, "count", count);
        Add(command, "from", from);
        List<Ranked> ranked = [];
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            ranked.Add(new Ranked(reader.GetInt64(0), reader.GetDouble(1)));
        return ranked;
    }

    private static void Sqlite(DbCommand command, Guid workspace, IReadOnlyList<SearchTerm> terms, SearchQuery query)
    {
        var match = new StringBuilder($"(scope : w{workspace:N})");
        if (query.Types is { Count: > 0 } types)
            match.Append(" AND (").AppendJoin(" OR ", types.Select(type => $"scope : t{Convert.ToHexStringLower(Encoding.UTF8.GetBytes(EntityLimits.NormalType(type)))}")).Append(')');
        match.Append(" AND ({title text} : (").AppendJoin(" OR ", terms.Select(term => $"\"{term.Word}\"{(term.Start ? " *" : "")}")).Append("))");
        command.CommandText =
            """
            SELECT s.row, -bm25(search_words, 2.0, 1.0, 0.0) AS score
            FROM search_words JOIN search_entries s ON s.row = search_words.rowid
            WHERE search_words MATCH @match AND s.workspace_id = @workspace AND (@kind IS NULL OR s.kind = @kind)
            ORDER BY score DESC, s.observed_at DESC LIMIT @count OFFSET @from
            """;
        Add(command, "match", match.ToString());
        Add(command, "workspace", workspace.ToString().ToUpperInvariant());
        Add(command, "kind", (object?)query.Kind?.ToString() ?? DBNull.Value);
    }

    private static void Postgres(DbCommand command, Guid workspace, IReadOnlyList<SearchTerm> terms, SearchQuery query)
    {
        command.CommandText =
            """
            SELECT s.row, ts_rank_cd('{0.1, 0.2, 0.4, 1.0}', s.vector, q, 1)::float8 AS score
            FROM search_entries s, to_tsquery('english', @match) q
            WHERE s.workspace_id = @workspace AND s.vector @@ q AND (@types IS NULL OR s.type = ANY(@types)) AND (@kind IS NULL OR s.kind = @kind)
            ORDER BY score DESC, s.observed_at DESC LIMIT @count OFFSET @from
            """;
        Add(command, "match", string.Join(" | ", terms.Select(term => $"'{term.Word}'{(term.Start ? ":*" : "")}")));
        Add(command, "workspace", workspace);
        Add(command, "types", query.Types is { Count: > 0 } types ? types.Select(EntityLimits.NormalType).ToArray() : DBNull.Value, NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text);
        Add(command, "kind", (object?)query.Kind?.ToString() ?? DBNull.Value, NpgsqlTypes.NpgsqlDbType.Text);
    }

    private static void Add(DbCommand command, string name, object value, NpgsqlTypes.NpgsqlDbType? type = null)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value);
        if (type is { } known && parameter is Npgsql.NpgsqlParameter typed)
            typed.NpgsqlDbType = known;
        command.Parameters.Add(parameter);
    }
}
