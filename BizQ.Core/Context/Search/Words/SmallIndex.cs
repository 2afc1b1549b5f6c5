using System.Data.Common;
using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>
/// Ranks the rows of a very small index. FTS5's bm25 counts a word that stands in half of all rows as worth nothing, so that
/// with a handful of rows, which is what somebody trying BizQ has, every hit would be as good as any other.
/// </summary>
internal static class SmallIndex
{
    /// <summary>From here on bm25 does well, and this would cost time.</summary>
    public const int Rows = 64;

    // BM25's usual parameters, and a word in the title counting twice as in the large index.
    private const double Saturation = 1.2;
    private const double ByLength = 0.75;
    private const int TitleWorth = 2;

    private sealed record Row(long Number, DateTimeOffset ObservedAt, Dictionary<string, int> Counts, int Length);

    public static async Task<bool> Is(DbConnection connection, CancellationToken cancel)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM (SELECT 1 FROM search_words_docsize LIMIT 65)";
        return await command.ExecuteScalarAsync(cancel) is long and <= Rows;
    }

    public static async Task<List<Ranked>> Rank(BizQDb db, IReadOnlyList<SearchTerm> terms, List<Ranked> found, CancellationToken cancel)
    {
        var numbers = found.Select(f => f.Row).ToList();
        var entries = await db.SearchEntries.AsNoTracking().Where(s => numbers.Contains(s.Row)).Select(s => new { s.Row, s.Title, s.Text, s.ObservedAt }).ToListAsync(cancel);
        var rows = entries.Select(e => Read(e.Row, e.Title, e.Text, e.ObservedAt)).ToList();
        var average = rows.Count == 0 ? 1 : rows.Average(r => r.Length);
        var looked = terms.Select(t => (Term: t, Stem: Stem.Of(t.Word))).Select(t => (t.Term, t.Stem, Rows: rows.Count(r => CountOf(r, t.Term, t.Stem) > 0))).ToList();
        return [.. rows
            .Select(r => (Row: r, Score: looked.Sum(t => Choice.Idf(t.Rows, Rows) * Worth(CountOf(r, t.Term, t.Stem), r.Length / average))))
            .OrderByDescending(r => Math.Round(r.Score, 3)).ThenByDescending(r => r.Row.ObservedAt).ThenByDescending(r => r.Row.Number)
            .Select(r => new Ranked(r.Row.Number, r.Score))];
    }

    private static Row Read(long number, string title, string text, DateTimeOffset observedAt)
    {
        Dictionary<string, int> counts = new(StringComparer.Ordinal);
        var (inTitle, inText) = (SearchTerms.Words(title), SearchTerms.Words(text));
        foreach (var word in inTitle)
            counts[Stem.Of(word)] = counts.GetValueOrDefault(Stem.Of(word)) + TitleWorth;
        foreach (var word in inText)
            counts[Stem.Of(word)] = counts.GetValueOrDefault(Stem.Of(word)) + 1;
        return new Row(number, observedAt, counts, inTitle.Count + inText.Count);
    }

    private static int CountOf(Row row, SearchTerm term, string stem) => term.Start
        ? row.Counts.Where(c => c.Key.StartsWith(term.Word, StringComparison.Ordinal)).Select(c => c.Value).DefaultIfEmpty().Max()
        : row.Counts.GetValueOrDefault(stem);

    private static double Worth(int count, double length) => count / (count + (Saturation * (1 - ByLength + (ByLength * length))));
}
