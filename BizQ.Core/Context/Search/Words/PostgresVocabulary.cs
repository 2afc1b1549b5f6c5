using System.Collections.Concurrent;
using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
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
/// The vocabularies of PostgreSQL's full-text index, which keeps none itself. Counted when first asked for, and again in the
/// background after the context changed. All that hangs on the counts is which words of a question weigh more, so they may lag behind.
/// </summary>
public sealed class PostgresVocabulary(BizQDatabase database, ChangeFeed changes, TimeProvider clock, ILogger<PostgresVocabulary> log) : IDisposable
{
    private const int Sample = 5000;

    /// <summary>Words whose stems are remembered, 100 bytes each; when there are more, it begins anew.</summary>
    private const int MostStems = 100_000;

    // Counting 5,000 rows takes about 100 ms.
    private static readonly TimeSpan _rest = TimeSpan.FromSeconds(30);

    // Should a change of another node not be heard.
    private static readonly TimeSpan _oldest = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<Guid, Counted> _counted = [];
    private readonly ConcurrentDictionary<string, string?> _stems = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();

    internal async ValueTask<Vocabulary> Of(Guid workspace, CancellationToken cancel)
    {
        var known = _counted.GetOrAdd(workspace, Watch);
        var age = clock.GetElapsedTime(known.At);
        if (known.Vocabulary is not { } vocabulary)
            return await Count(workspace, known, cancel);
        if (age < _oldest && !(known.Changed && (!vocabulary.Sampled || age >= _rest)))
            return vocabulary;
        // A small workspace is counted in a moment, and in it a new word matters.
        if (!vocabulary.Sampled)
            return await Count(workspace, known, cancel);
        if (Interlocked.CompareExchange(ref known.Counting, 1, 0) == 0)
            _ = Task.Run(() => CountAgain(workspace, known), CancellationToken.None);
        return vocabulary;
    }

    /// <summary>By the number of the term. Words with a digit stand in the index as they are; stop words have no stem and are left out.</summary>
    internal async Task<Dictionary<int, string>> StemsOf(NpgsqlConnection connection, IReadOnlyList<SearchTerm> terms, CancellationToken cancel)
    {
        var unknown = terms.Select(t => t.Word).Where(word => !_stems.ContainsKey(word)).Distinct(StringComparer.Ordinal).ToArray();
        Dictionary<string, string?> asked = new(StringComparer.Ordinal);
        if (unknown.Length > 0)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT word, (ts_lexize('english_stem', word))[1] FROM unnest(@words) word";
            command.Add("words", unknown);
            await using var reader = await command.ExecuteReaderAsync(cancel);
            while (await reader.ReadAsync(cancel))
                asked[reader.GetString(0)] = reader.IsDBNull(1) ? null : reader.GetString(1);
            if (_stems.Count > MostStems)
                _stems.Clear();
            foreach (var (word, stem) in asked)
                _stems[word] = stem;
        }
        Dictionary<int, string> stems = [];
        for (var n = 0; n < terms.Count; n++)
        {
            var word = terms[n].Word;
            if ((_stems.GetValueOrDefault(word) ?? asked.GetValueOrDefault(word)) is { } stem)
                stems[n] = terms[n].Start || word.Any(char.IsDigit) ? word : stem;
        }
        return stems;
    }

    public void Dispose()
    {
        _stop.Cancel();
        foreach (var counted in _counted.Values)
            counted.Subscription?.Dispose();
        _stop.Dispose();
    }

    private Counted Watch(Guid workspace)
    {
        var counted = new Counted();
        counted.Subscription = changes.Subscribe(workspace, change => counted.Changed |= change.IsIn("context"));
        return counted;
    }

    /// <summary>The one place where its failures are caught: search goes on with the older counts, and the next one tries again.</summary>
    private async Task CountAgain(Guid workspace, Counted known)
    {
        try
        {
            await Count(workspace, known, _stop.Token);
        }
        catch (Exception problem) when (problem is OperationCanceledException or ObjectDisposedException)
        {
            log.LogDebug("Counting the words of workspace {Workspace} was stopped", workspace);
        }
        catch (Exception problem)
        {
            log.LogWarning(problem, "The words of workspace {Workspace} could not be counted; search goes on with the older counts", workspace);
        }
        finally
        {
            Volatile.Write(ref known.Counting, 0);
        }
    }

    private async Task<Vocabulary> Count(Guid workspace, Counted known, CancellationToken cancel)
    {
        // Unset first: what changes while counting asks for another count.
        known.Changed = false;
        known.At = clock.GetTimestamp();
        await using var db = database.Open(workspace);
        await db.Database.OpenConnectionAsync(cancel);
        return known.Vocabulary = await Count((NpgsqlConnection)db.Database.GetDbConnection(), workspace, cancel);
    }

    private static async Task<Vocabulary> Count(NpgsqlConnection connection, Guid workspace, CancellationToken cancel)
    {
        await using var all = new NpgsqlCommand("SELECT count(*) FROM search_entries WHERE workspace_id = @workspace", connection);
        all.Parameters.AddWithValue("workspace", workspace);
        var rows = (long)(await all.ExecuteScalarAsync(cancel))!;
        // Pages from everywhere: the newest rows of an import are of one sort. A page holds some twenty rows.
        var part = rows <= Sample ? "" : FormattableString.Invariant($"TABLESAMPLE SYSTEM ({100.0 * Sample / rows:0.######}) REPEATABLE (7)");
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // ts_stat takes its query as a text; a Guid and a number hold no quote.
        command.CommandText =
            $"""
            SELECT NULL, count(*) FROM search_entries {part} WHERE workspace_id = @workspace
            UNION ALL SELECT word, ndoc FROM ts_stat('SELECT vector FROM search_entries {part} WHERE workspace_id = ''{workspace}''')
            """;
#pragma warning restore CA2100
        command.Parameters.AddWithValue("workspace", workspace);
        long sampled = 0;
        Dictionary<string, int> words = new(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            if (reader.IsDBNull(0))
                sampled = reader.GetInt64(1);
            else
                words[reader.GetString(0)] = (int)reader.GetInt64(1);
        }
        return new Vocabulary(rows, words, sampled == 0 ? 1 : Math.Max(1, rows / (double)sampled));
    }

    private sealed class Counted
    {
        public volatile bool Changed;
        public long At;
        public int Counting;
        public volatile Vocabulary? Vocabulary;
        public IDisposable? Subscription;
    }
}
