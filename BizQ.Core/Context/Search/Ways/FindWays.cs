using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>What was found, and by which ways.</summary>
/// <param name="From">The place of the first of <paramref name="Ranked"/>, from 0.</param>
internal sealed record Found(List<Ranked> Ranked, IReadOnlyDictionary<SearchWay, IReadOnlyList<IReadOnlyList<Ranked>>> Ways, int From = 0)
{
    private readonly Dictionary<SearchWay, Dictionary<long, int>> _places = Ways.ToDictionary(way => way.Key, way => way.Value
        .SelectMany(Fusion.Places).GroupBy(p => p.Row).ToDictionary(g => g.Key, g => g.Min(p => p.Place)));

    public IReadOnlyList<WayRank> PlacesOf(long row) =>
        [.. _places.Where(way => way.Value.ContainsKey(row)).Select(way => new WayRank(way.Key, way.Value[row])).OrderBy(way => way.Way)];
}

/// <summary>Goes the ways that are asked for, one after the other, and fuses what they find.</summary>
internal sealed class FindWays(BizQDb db, Vocabularies vocabularies, WorkspaceMeanings meanings, TimeProvider clock, Asked asked)
{
    /// <summary>With conditions, points are looked at further out, because most of what is near may not meet them.</summary>
    private const int DepthWithConditions = 1000;

    private readonly Dictionary<SearchWay, IReadOnlyList<IReadOnlyList<Ranked>>> _ways = [];

    public async Task<Found> Run(int from, int size, CancellationToken cancel)
    {
        var query = asked.Query;
        if (asked.Terms.Count == 0)
            return await Meeting(from, size, cancel);
        // Who is still typing wants the words typed.
        if (query.Typing || query.Mode == SearchMode.Text)
        {
            var ranked = await ByWords(from, size + 1, cancel);
            return new Found(ranked, _ways, from);
        }
        var byWords = Asks(SearchWay.Text) || query.Mode is SearchMode.Graph or SearchMode.Recency ? await ByWords(0, MeaningSearch.Depth, cancel) : [];
        if (Asks(SearchWay.Meaning))
            await ByMeaning(byWords, cancel);
        if (Asks(SearchWay.Fields))
            await Put(SearchWay.Fields, await FieldsWay.Find(db, asked.Words, cancel), cancel);
        if (Asks(SearchWay.Graph))
            await Put(SearchWay.Graph, await GraphWay.Find(db, Fused(), cancel), cancel);
        if (Asks(SearchWay.Recency))
            _ways[SearchWay.Recency] = [await RecencyWay.Find(db, Fused(), clock.GetUtcNow(), cancel)];
        return new Found(Alone is { } alone ? [.. _ways.GetValueOrDefault(alone, []).Take(1).SelectMany(found => found)] : Fused(), _ways);
    }

    private SearchWay? Alone => asked.Query.Mode == SearchMode.Hybrid ? null : Enum.Parse<SearchWay>(asked.Query.Mode.ToString());

    private bool Asks(SearchWay way) => Alone is { } alone ? way == alone : asked.Weights[way] > 0;

    private List<Ranked> Fused() =>
        Fusion.Of([.. _ways.SelectMany(way => way.Value.Select(found => (Alone is null ? asked.Weights[way.Key] : 1, found)))]);

    private async Task<List<Ranked>> ByWords(int from, int count, CancellationToken cancel)
    {
        var ranked = await SearchRanking.Of(db, vocabularies, asked.Terms, asked.Query, asked.Filter, from, count, cancel);
        _ways[SearchWay.Text] = [ranked];
        return ranked;
    }

    private async Task ByMeaning(List<Ranked> byWords, CancellationToken cancel)
    {
        if (meanings.Of(db.CurrentWorkspace) is not { } index)
            return;
        var near = MeaningSearch.Of(index, asked.Query, asked.Words, byWords, asked.Filter is null ? MeaningSearch.Depth : DepthWithConditions);
        if (near.Count == 0)
            return;
        if (asked.Filter is null)
        {
            _ways[SearchWay.Meaning] = near;
            return;
        }
        var meeting = await Meeting([.. near.SelectMany(n => n.Select(r => r.Row)).Distinct()], cancel);
        _ways[SearchWay.Meaning] = [.. near.Select(n => n.Where(r => meeting.Contains(r.Row)).Take(MeaningSearch.Depth).ToList())];
    }

    private async Task Put(SearchWay way, List<Ranked> found, CancellationToken cancel)
    {
        if (found.Count == 0)
            return;
        var narrowed = asked.Filter is not null || asked.Query.Withheld.Count > 0 || asked.Query.Kind is not null || asked.Query.Types is { Count: > 0 };
        var meeting = narrowed ? await Meeting([.. found.Select(f => f.Row)], cancel) : null;
        _ways[way] = [[.. found.Where(f => meeting?.Contains(f.Row) != false).Take(MeaningSearch.Depth)]];
    }

    /// <summary>Without words to rank by: all that meets the conditions, the newest first.</summary>
    private async Task<Found> Meeting(int from, int size, CancellationToken cancel)
    {
        await db.Database.OpenConnectionAsync(cancel);
        await using var command = db.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // Built from constants and numbered parameters only.
        command.CommandText = $"SELECT s.row FROM search_entries s WHERE s.workspace_id = @workspace {SearchScope.Of(command, asked.Query)} {asked.Filter!.Of(command)} ORDER BY s.row DESC LIMIT @count OFFSET @from";
#pragma warning restore CA2100
        command.Add("workspace", db.CurrentWorkspace);
        command.Add("count", size + 1);
        command.Add("from", from);
        List<Ranked> found = [];
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            found.Add(new Ranked(reader.GetInt64(0), 1.0 / (from + found.Count + 1)));
        _ways[SearchWay.Fields] = [found];
        return new Found(found, _ways, from);
    }

    /// <summary>Which of some rows are of the types asked for and meet the conditions.</summary>
    private async Task<HashSet<long>> Meeting(long[] rows, CancellationToken cancel)
    {
        await db.Database.OpenConnectionAsync(cancel);
        var connection = db.Database.GetDbConnection();
        await using var command = connection.CreateCommand();
        var among = connection is Npgsql.NpgsqlConnection ? "s.row = ANY(@rows)" : "s.row IN (SELECT value FROM json_each(@rows))";
#pragma warning disable CA2100 // Built from constants and numbered parameters only.
        command.CommandText = $"SELECT s.row FROM search_entries s WHERE s.workspace_id = @workspace AND {among} {SearchScope.Of(command, asked.Query)} {asked.Filter?.Of(command)}";
#pragma warning restore CA2100
        command.Add("workspace", db.CurrentWorkspace);
        command.Add("rows", connection is Npgsql.NpgsqlConnection ? rows : Json.Text(rows));
        HashSet<long> meeting = [];
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            meeting.Add(reader.GetInt64(0));
        return meeting;
    }
}
