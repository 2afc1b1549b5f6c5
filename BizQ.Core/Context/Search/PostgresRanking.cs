using System.Data.Common;
using System.Globalization;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace BizQ.Core.Context;

/// <summary>
/// Search on PostgreSQL: the GIN index finds the rows, and each word found adds its ts_rank times how rare it is. PostgreSQL's
/// ts_rank_cd over the whole question knows no rarity: on Cranfield it reaches an nDCG@10 of .321, this .399.
/// </summary>
internal static class PostgresRanking
{
    // Weights of the labels D, C, B, A: a word in the title (A) counts twice. 1: divide by the logarithm of the length.
    private const string Weights = "'{0.5, 0.5, 0.5, 1.0}'";
    private const int ByLength = 1;

    public static async Task<DbCommand?> Command(NpgsqlConnection connection, PostgresVocabulary vocabulary, Guid workspace, IReadOnlyList<SearchTerm> terms, SearchQuery query, CancellationToken cancel)
    {
        var words = await vocabulary.Of(connection, workspace, cancel);
        var chosen = Choice.Of(await Weigh(connection, words, terms, workspace, cancel));
        if (chosen.Count == 0)
            return null;
        var command = connection.CreateCommand();
        var score = new StringBuilder();
        for (var i = 0; i < chosen.Count; i++)
        {
            score.Append(i == 0 ? "" : " + ").Append(CultureInfo.InvariantCulture, $"@idf{i} * ts_rank({Weights}, vector, @word{i}::tsquery, {ByLength})");
            command.Add($"idf{i}", chosen[i].Idf);
            command.Add($"word{i}", Quoted(chosen[i]));
        }
#pragma warning disable CA2100 // Built from constants and numbered parameters only.
        command.CommandText =
            $"""
            SELECT row, score FROM (
              SELECT row, observed_at, ({score})::float8 AS score FROM search_entries
              WHERE workspace_id = @workspace AND vector @@ @match::tsquery
                AND (@types IS NULL OR type = ANY(@types)) AND (@kind IS NULL OR kind = @kind) AND (@withheld IS NULL OR owner_id <> ALL(@withheld))
            ) found
            ORDER BY round(score::numeric, 3) DESC, observed_at DESC, row DESC LIMIT @count OFFSET @from
            """;
#pragma warning restore CA2100
        command.Add("match", string.Join(" | ", chosen.Select(Quoted)));
        command.Add("workspace", workspace);
        command.Parameters.Add(new NpgsqlParameter("types", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = query.Types is { Count: > 0 } types ? types.Select(EntityLimits.NormalType).ToArray() : DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter("kind", NpgsqlDbType.Text) { Value = (object?)query.Kind?.ToString() ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter("withheld", NpgsqlDbType.Array | NpgsqlDbType.Uuid) { Value = query.Withheld.Count > 0 ? query.Withheld.ToArray() : DBNull.Value });
        return command;
    }

    private static string Quoted(Weighed word) => $"'{word.Stem}'{(word.Term.Start ? ":*" : "")}";

    private static async Task<List<Weighed>> Weigh(NpgsqlConnection connection, Vocabulary words, IReadOnlyList<SearchTerm> terms, Guid workspace, CancellationToken cancel)
    {
        var stems = await StemsOf(connection, terms, cancel);
        var unknown = stems.Values.Where(stem => words.RowsWith(stem) is null).Distinct().ToArray();
        var found = unknown.Length == 0 ? [] : await Present(connection, unknown, workspace, cancel);
        List<Weighed> weighed = [];
        foreach (var (n, stem) in stems)
        {
            // How many rows hold a longer word that begins so is not looked up: it is being typed, so it is worth a try.
            var rows = terms[n].Start ? 1 : words.RowsWith(stem) ?? (found.Contains(stem) ? 1 : 0);
            weighed.Add(new Weighed(terms[n], stem, rows, Choice.Idf(rows, words.Rows)));
        }
        return weighed;
    }

    // Words with a digit stand in the index as they are; stop words have no stem and are left out.
    private static async Task<Dictionary<int, string>> StemsOf(NpgsqlConnection connection, IReadOnlyList<SearchTerm> terms, CancellationToken cancel)
    {
        Dictionary<int, string> stems = [];
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT n, stem[1] FROM unnest(@words) WITH ORDINALITY w(word, n), ts_lexize('english_stem', word) stem WHERE stem[1] IS NOT NULL";
        command.Add("words", terms.Select(t => t.Word).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            var n = (int)reader.GetInt64(0) - 1;
            stems[n] = terms[n].Start || terms[n].Word.Any(char.IsDigit) ? terms[n].Word : reader.GetString(1);
        }
        return stems;
    }

    private static async Task<HashSet<string>> Present(NpgsqlConnection connection, string[] stems, Guid workspace, CancellationToken cancel)
    {
        HashSet<string> present = new(StringComparer.Ordinal);
        await using var command = connection.CreateCommand();
        command.CommandText =
            """
            SELECT stem FROM unnest(@stems) stem
            WHERE EXISTS (SELECT 1 FROM search_entries WHERE workspace_id = @workspace AND vector @@ ('''' || stem || '''')::tsquery)
            """;
        command.Add("stems", stems);
        command.Add("workspace", workspace);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            present.Add(reader.GetString(0));
        return present;
    }
}
