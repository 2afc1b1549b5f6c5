using System.Data.Common;
using System.Text;

namespace BizQ.Core.Context;

/// <summary>Search on SQLite: FTS5 with bm25, a word in the title counting twice.</summary>
internal static class SqliteRanking
{
    public static async Task<Choice> Choose(DbConnection connection, SqliteVocabulary vocabulary, IReadOnlyList<SearchTerm> terms, CancellationToken cancel)
    {
        var stems = terms.Select(t => Stem.Of(t.Word)).ToList();
        var counts = await vocabulary.Of(connection, [.. stems.Distinct(StringComparer.Ordinal)], cancel);
        // How many rows hold a longer word that begins so is not looked up: it is being typed, so it is worth a try.
        return Choice.Of(terms.Zip(stems, (term, stem) => (term, stem, rows: term.Start ? 1 : counts[stem]))
            .Select(t => new Weighed(t.term, t.stem, t.rows, Choice.Idf(t.rows, counts[""]))));
    }

    /// <param name="loose">Rows with any of the common words are looked at too, the newest, as many as may be scored.</param>
    public static DbCommand Command(DbConnection connection, Guid workspace, Choice chosen, SearchQuery query, FilterSql? filter, bool loose)
    {
        var command = connection.CreateCommand();
        // bm25 counts the rows of every word of the match, so the workspace is no word of it: a large one would be counted each time.
#pragma warning disable CA2100 // Built from constants and numbered parameters only.
        command.CommandText =
            $"""
            SELECT row, score FROM (
              SELECT s.row, s.observed_at, -bm25(search_words, 2.0, 1.0, 0.0) AS score FROM search_words JOIN search_entries s ON s.row = search_words.rowid
              WHERE search_words MATCH @match AND s.workspace_id = @workspace {SearchScope.Of(command, query)} {filter?.Of(command)}
              ORDER BY search_words.rowid DESC LIMIT {Choice.MostRows}
            ) best
            ORDER BY round(score, 3) DESC, observed_at DESC, row DESC LIMIT @count OFFSET @from
            """;
#pragma warning restore CA2100
        command.Add("match", MatchOf(chosen, loose));
        command.Add("workspace", workspace);
        return command;
    }

    private static string MatchOf(Choice chosen, bool loose)
    {
        var match = new StringBuilder("{title text} : (").AppendJoin(" OR ", chosen.Alone.Select(Quoted));
        if (chosen.Together.Count > 0)
            match.Append(chosen.Alone.Count > 0 ? " OR (" : "(").AppendJoin(loose ? " OR " : " AND ", chosen.Together.Select(Quoted)).Append(')');
        return match.Append(')').ToString();
    }

    private static string Quoted(Weighed word) => $"\"{word.Term.Word}\"{(word.Term.Start ? " *" : "")}";
}
