using System.Collections.Concurrent;
using BizQ.Core.Monitoring;
using Npgsql;

namespace BizQ.Core.Context;

/// <summary>How many of a workspace's rows hold each word; for a large workspace, reckoned from a sample of them.</summary>
internal sealed record Vocabulary(long Rows, IReadOnlyDictionary<string, int> Words, double Scale)
{
    public bool Sampled => Scale > 1;

    /// <summary>Null for a word that is not in it: new since, too rare for the sample, or nowhere.</summary>
    public long? RowsWith(string word) => Words.TryGetValue(word, out var rows) ? (long)(rows * Scale) : null;
}

/// <summary>
/// The vocabularies of PostgreSQL's full-text index, which keeps none itself. Counted when first asked for and again after the
/// context changed; a large workspace is counted by its newest rows and not at once again. All that hangs on the counts is which
/// words of a question weigh more, so they may lag behind.
/// </summary>
public sealed class PostgresVocabulary(ChangeFeed changes, TimeProvider clock) : IDisposable
{
    private const int Sample = 5000;

    // Counting 5,000 rows takes about 100 ms.
    private static readonly TimeSpan _rest = TimeSpan.FromSeconds(30);

    // Should a change of another node not be heard.
    private static readonly TimeSpan _oldest = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<Guid, Counted> _counted = [];

    internal async ValueTask<Vocabulary> Of(NpgsqlConnection connection, Guid workspace, CancellationToken cancel)
    {
        var known = _counted.GetOrAdd(workspace, Watch);
        var age = clock.GetElapsedTime(known.At);
        if (known.Vocabulary is { } vocabulary && age < _oldest && (!known.Changed || (vocabulary.Sampled && age < _rest)))
            return vocabulary;
        // Unset first: what changes while counting asks for another count.
        known.Changed = false;
        known.At = clock.GetTimestamp();
        return known.Vocabulary = await Count(connection, workspace, cancel);
    }

    private Counted Watch(Guid workspace)
    {
        var counted = new Counted();
        counted.Subscription = changes.Subscribe(workspace, change => counted.Changed |= change.IsIn("context"));
        return counted;
    }

    private static async Task<Vocabulary> Count(NpgsqlConnection connection, Guid workspace, CancellationToken cancel)
    {
        await using var command = connection.CreateCommand();
        // ts_stat takes its query as a text; a Guid holds no quote.
        command.CommandText =
            """
            SELECT NULL, count(*) FROM search_entries WHERE workspace_id = @workspace
            UNION ALL SELECT word, ndoc FROM ts_stat(format('SELECT vector FROM search_entries WHERE workspace_id = %L ORDER BY row DESC LIMIT %s', @workspace, @sample))
            """;
        command.Parameters.AddWithValue("workspace", workspace);
        command.Parameters.AddWithValue("sample", Sample);
        long rows = 0;
        Dictionary<string, int> words = new(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            if (reader.IsDBNull(0))
                rows = reader.GetInt64(1);
            else
                words[reader.GetString(0)] = (int)reader.GetInt64(1);
        }
        return new Vocabulary(rows, words, Math.Max(1, rows / (double)Sample));
    }

    public void Dispose()
    {
        foreach (var counted in _counted.Values)
            counted.Subscription?.Dispose();
    }

    private sealed class Counted
    {
        public volatile bool Changed;
        public long At;
        public volatile Vocabulary? Vocabulary;
        public IDisposable? Subscription;
    }
}
