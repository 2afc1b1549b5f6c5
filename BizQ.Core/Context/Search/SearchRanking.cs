using System.Data.Common;
using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>A row that matched, and how well.</summary>
internal readonly record struct Ranked(long Row, double Score);

/// <summary>Asks the engine's full-text index for the best rows of one workspace.</summary>
internal static class SearchRanking
{
    public static async Task<List<Ranked>> Of(BizQDb db, PostgresVocabulary vocabulary, IReadOnlyList<SearchTerm> terms, SearchQuery query, int from, int count, CancellationToken cancel)
    {
        await db.Database.OpenConnectionAsync(cancel);
        var connection = db.Database.GetDbConnection();
        await using var command = connection is Npgsql.NpgsqlConnection postgres
            ? await PostgresRanking.Command(postgres, vocabulary, db.CurrentWorkspace, terms, query, cancel)
            : await SqliteRanking.Command(connection, db.CurrentWorkspace, terms, query, cancel);
        if (command is null)
            return [];
        var small = connection is not Npgsql.NpgsqlConnection && await SmallIndex.Is(connection, cancel);
        command.Add("count", small ? SmallIndex.Rows : count);
        command.Add("from", small ? 0 : from);
        List<Ranked> ranked = [];
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            ranked.Add(new Ranked(reader.GetInt64(0), reader.GetDouble(1)));
        return small ? [.. (await SmallIndex.Rank(db, terms, ranked, cancel)).Skip(from).Take(count)] : ranked;
    }

    public static void Add(this DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value);
        command.Parameters.Add(parameter);
    }
}
