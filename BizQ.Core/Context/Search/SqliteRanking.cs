using System.Data.Common;
using System.Text;

namespace BizQ.Core.Context;

/// <summary>Search on SQLite: FTS5 with bm25, a word in the title counting twice.</summary>
internal static class SqliteRanking
{
    public static async Task<DbCommand?> Command(DbConnection connection, Guid workspace, IReadOnlyList<SearchTerm> terms, SearchQuery query, CancellationToken cancel)
    {
        var chosen = Choice.Of(await Weigh(connection, terms, cancel));
        if (chosen.Count == 0)
            return null;
        var command = connection.CreateCommand();
        // The workspace is a word of the index, so that another's rows are never scored; the join holds it once more.
        // What is withheld goes before the cut, or a page would come out short and tell that there is more.
#pragma warning disable CA2100 // Built from constants only.
        command.CommandText =
            $"""
            SELECT s.row, best.score FROM (
              SELECT rowid, -bm25(search_words, 2.0, 1.0, 0.0) AS score FROM search_words
              WHERE search_words MATCH @match {(query.Withheld.Count == 0 ? "" : Others)} ORDER BY score DESC, rowid DESC LIMIT @count OFFSET @from
            ) best JOIN search_entries s ON s.row = best.rowid
            WHERE s.workspace_id = @workspace
            ORDER BY round(best.score, 3) DESC, s.observed_at DESC
            """;
#pragma warning restore CA2100
        command.Add("match", Match(workspace, chosen, query));
        command.Add("workspace", workspace);
        if (query.Withheld.Count > 0)
            command.Add("withheld", Json.Text(query.Withheld.Select(id => id.ToString().ToUpperInvariant())));
        return command;
    }

    private const string Others = "AND rowid NOT IN (SELECT row FROM search_entries WHERE owner_id IN (SELECT value FROM json_each(@withheld)))";

    private static string Match(Guid workspace, IReadOnlyList<Weighed> chosen, SearchQuery query)
    {
        var match = new StringBuilder($"(scope : w{workspace:N})");
        var types = query.Types?.Select(EntityLimits.NormalType).ToList() ?? [];
        if (query.Kind == SearchKind.Passage)
            types = ["document"];
        if (types.Count > 0)
            match.Append(" AND (scope : (").AppendJoin(" OR ", types.Select(TypeWord)).Append("))");
        match.Append(" AND ({title text} : (").AppendJoin(" OR ", chosen.Select(c => $"\"{c.Term.Word}\"{(c.Term.Start ? " *" : "")}")).Append("))");
        return query.Kind == SearchKind.Entity ? $"({match}) NOT (scope : {TypeWord("document")})" : match.ToString();
    }

    private static string TypeWord(string type) => "t" + Convert.ToHexStringLower(Encoding.UTF8.GetBytes(type));

    private static async Task<List<Weighed>> Weigh(DbConnection connection, IReadOnlyList<SearchTerm> terms, CancellationToken cancel)
    {
        await using var command = connection.CreateCommand();
        command.CommandText =
            """
            SELECT w.key, w.value, (SELECT sum(doc) FROM search_vocabulary WHERE term = w.value), (SELECT count(*) FROM search_words_docsize)
            FROM json_each(@stems) w
            """;
        var stems = terms.Select(t => Stem.Of(t.Word)).ToList();
        command.Add("stems", Json.Text(stems));
        List<Weighed> weighed = [];
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            var term = terms[(int)reader.GetInt64(0)];
            // How many rows hold a longer word that begins so is not looked up: it is being typed, so it is worth a try.
            var rows = term.Start ? 1 : reader.IsDBNull(2) ? 0 : reader.GetInt64(2);
            weighed.Add(new Weighed(term, reader.GetString(1), rows, Choice.Idf(rows, reader.GetInt64(3))));
        }
        return weighed;
    }
}
