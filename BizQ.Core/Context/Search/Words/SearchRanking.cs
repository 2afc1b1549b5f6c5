using System.Data.Common;
using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace BizQ.Core.Context;

/// <summary>A row that matched, and how well.</summary>
public readonly record struct Ranked(long Row, double Score);

/// <summary>What each engine knows of how common words are.</summary>
internal sealed record Vocabularies(PostgresVocabulary Postgres, SqliteVocabulary Sqlite);

/// <summary>Asks the engine's full-text index for the best rows of one workspace.</summary>
internal static class SearchRanking
{
    // With fewer rows that hold all of the common words, those that hold some of them are looked at too.
    private const int Few = 20;

    public static async Task<List<Ranked>> Of(BizQDb db, Vocabularies vocabularies, IReadOnlyList<SearchTerm> terms, SearchQuery query, FilterSql? filter, int from, int count, CancellationToken cancel)
    {
        await db.Database.OpenConnectionAsync(cancel);
        var connection = db.Database.GetDbConnection();
        var chosen = connection is NpgsqlConnection postgres
            ? await PostgresRanking.Choose(postgres, vocabularies.Postgres, db.CurrentWorkspace, terms, cancel)
            : await SqliteRanking.Choose(connection, vocabularies.Sqlite, terms, cancel);
        if (chosen.IsEmpty)
            return [];
        if (connection is not NpgsqlConnection && await SmallIndex.Is(connection, cancel))
        {
            var all = await Read(SqliteRanking.Command(connection, db.CurrentWorkspace, chosen, query, filter, loose: true), 0, SmallIndex.Rows, cancel);
            return [.. (await SmallIndex.Rank(db, terms, all, cancel)).Skip(from).Take(count)];
        }
        var ranked = await Read(Command(loose: false), from, count, cancel);
        return chosen.Together.Count > 1 && from == 0 && ranked.Count < Few ? await Read(Command(loose: true), from, count, cancel) : ranked;

        DbCommand Command(bool loose) => connection is NpgsqlConnection server
            ? PostgresRanking.Command(server, db.CurrentWorkspace, chosen, query, filter, loose)
            : SqliteRanking.Command(connection, db.CurrentWorkspace, chosen, query, filter, loose);
    }

    private static async Task<List<Ranked>> Read(DbCommand ranking, int from, int count, CancellationToken cancel)
    {
        await using var command = ranking;
        command.Add("count", count);
        command.Add("from", from);
        List<Ranked> ranked = [];
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            ranked.Add(new Ranked(reader.GetInt64(0), reader.GetDouble(1)));
        return ranked;
    }
}
