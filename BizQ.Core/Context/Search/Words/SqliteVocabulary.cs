using System.Collections.Concurrent;
using System.Data.Common;

namespace BizQ.Core.Context;

/// <summary>
/// In how many rows of SQLite's full-text index a word stands. FTS5 counts by walking through all of them, so that in a large
/// index the counts are kept for a while; all that hangs on them is which words of a question weigh more.
/// </summary>
public sealed class SqliteVocabulary(TimeProvider clock)
{
    /// <summary>Up to here counting takes less than a millisecond, and a new row changes much.</summary>
    private const long Small = 5000;

    /// <summary>Words kept, some 100 bytes each; when there are more, it begins anew.</summary>
    private const int Most = 100_000;

    private static readonly TimeSpan _oldest = TimeSpan.FromSeconds(30);

    // By database: one process may have several, as tests do.
    private readonly ConcurrentDictionary<(string Database, string Stem), (long Rows, long At)> _kept = new();

    /// <summary>How many rows there are, under the empty word, and how many hold each of the others.</summary>
    internal async Task<Dictionary<string, long>> Of(DbConnection connection, IReadOnlyCollection<string> stems, CancellationToken cancel)
    {
        var all = Kept(connection, "") ?? await Count(connection, cancel);
        Dictionary<string, long> counts = new(StringComparer.Ordinal) { [""] = all };
        List<string> unknown = [];
        foreach (var stem in stems)
        {
            if (all > Small && Kept(connection, stem) is { } rows)
                counts[stem] = rows;
            else
                unknown.Add(stem);
        }
        if (unknown.Count == 0)
            return counts;
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT w.value, coalesce((SELECT sum(doc) FROM search_vocabulary WHERE term = w.value), 0) FROM json_each(@stems) w";
        command.Add("stems", Json.Text(unknown));
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            Keep(connection, reader.GetString(0), counts[reader.GetString(0)] = reader.GetInt64(1));
        return counts;
    }

    private async Task<long> Count(DbConnection connection, CancellationToken cancel)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM search_words_docsize";
        var rows = await command.ExecuteScalarAsync(cancel) is long count ? count : 0;
        if (rows > Small)
            Keep(connection, "", rows);
        return rows;
    }

    private long? Kept(DbConnection connection, string stem) =>
        _kept.TryGetValue((connection.DataSource, stem), out var kept) && clock.GetElapsedTime(kept.At) < _oldest ? kept.Rows : null;

    private void Keep(DbConnection connection, string stem, long rows)
    {
        if (_kept.Count > Most)
            _kept.Clear();
        _kept[(connection.DataSource, stem)] = (rows, clock.GetTimestamp());
    }
}
