using System.Globalization;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Context;

/// <summary>Which ways of searching are asked; hybrid puts all of them together, the others go one way alone.</summary>
public enum SearchMode { Hybrid, Text, Meaning, Fields, Graph, Recency }

/// <summary>What to look for. Any text is fine: a word, a question, a whole mail.</summary>
/// <param name="Types">Entity types and "document"; null or none for all.</param>
public sealed record SearchQuery(string Text, IReadOnlyList<string>? Types = null, int? Limit = null, string? Cursor = null)
{
    /// <summary>Only entities, or only passages.</summary>
    public SearchKind? Kind { get; init; }

    public SearchMode Mode { get; init; }

    /// <summary>Only documents with this tag.</summary>
    public string? Tag { get; init; }

    /// <summary>Documents the asker may not read: they are neither found nor counted (<see cref="Access"/>).</summary>
    internal IReadOnlySet<Guid> Withheld { get; init; } = new HashSet<Guid>();

    /// <summary>It is being typed: the last word may be unfinished.</summary>
    public bool Typing { get; init; }

    /// <summary>
    /// The text was typed to search, so <c>type:order total&gt;100 "exact phrase"</c> are conditions. Not for text that came from
    /// outside: a mail must not choose what an agent looks at.
    /// </summary>
    public bool Filters { get; init; }

    /// <summary>What was believed at that moment, out of the facts recorded by then; null for now.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>For this search only; null for the workspace's own.</summary>
    public SearchWeights? Weights { get; init; }
}

/// <summary>Search over everything the business knows, five ways at once.</summary>
public sealed class SearchContext(BizQDatabase database, PostgresVocabulary postgres, SqliteVocabulary sqlite, WorkspaceMeanings meanings, TimeProvider clock)
{
    /// <summary>Nobody reads further; a cursor beyond is refused.</summary>
    internal const int Deepest = 1000;

    public async Task<Outcome<SearchAnswer>> Run(Actor actor, SearchQuery query, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        var from = 0;
        if (query.Cursor is { Length: > 0 } cursor && (!int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out from) || from > Deepest))
            return Refusal.Invalid("badCursor", "This cursor is not one that a search gave. Start again without it.");
        if (query.Weights is { IsSound: false })
            return BadWeights;
        await using var db = database.Open(actor.WorkspaceId);
        query = query with { Withheld = await Access.Withheld(db, actor, query.Tag, cancel), Kind = query.Tag is { Length: > 0 } ? SearchKind.Passage : query.Kind };
        var asked = await Asked.Of(db, query, cancel);
        if (asked.IsEmpty)
            return SearchAnswer.None(asked.Notes);
        var size = Page<SearchHit>.Size(query.Limit);
        if (query.AsOf is { } moment)
            return await PastSearch.Find(db, actor, asked, moment.ToUniversalTime(), from, size, cancel);
        var found = await new FindWays(db, new(postgres, sqlite), meanings, clock, asked).Run(from, size, cancel);
        var hits = await SearchHits.Of(db, found.Ranked.Skip(from - found.From).Take(size).ToList(), asked, found, clock.GetUtcNow(), cancel);
        return new SearchAnswer(hits, found.Ranked.Count > from - found.From + size ? (from + size).ToString(CultureInfo.InvariantCulture) : null, asked.Notes);
    }

    internal static Refusal BadWeights =>
        Refusal.Invalid("badWeights", $"Each weight is a number from 0 to {SearchWeights.Most}, and at least one of text, meaning, fields and graph is above 0.");
}
