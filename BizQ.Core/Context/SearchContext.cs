using System.Globalization;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Context;

/// <summary>Which ways of searching are asked; hybrid puts all of them together.</summary>
public enum SearchMode { Hybrid, Text, Meaning }

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
}

/// <summary>A stretch of a text, in characters.</summary>
public readonly record struct TextRange(int Start, int Length);

/// <summary>One entity or passage that was found.</summary>
/// <param name="OwnerId">The entity itself, or the document the passage is of.</param>
/// <param name="Highlights">The found words, in <paramref name="Snippet"/>.</param>
/// <param name="Snippet">The stretch of the text that answers best.</param>
/// <param name="Source">Where it comes from, for people: the document's file and page, or who said it.</param>
/// <param name="Version">The entity's or document's version now.</param>
/// <param name="Score">Greater is better; comparable within one search only.</param>
public sealed record SearchHit(
    SearchKind Kind,
    Guid Id,
    Guid OwnerId,
    string Type,
    string Title,
    string Text,
    IReadOnlyList<TextRange> Highlights,
    string Snippet,
    string Source,
    DateTimeOffset ObservedAt,
    int Version,
    double Score);

/// <summary>Search over everything the business knows, by words and, once there is enough to learn from, by what they mean.</summary>
public sealed class SearchContext(BizQDatabase database, PostgresVocabulary vocabulary, WorkspaceMeanings meanings)
{
    /// <summary>Nobody reads further; a cursor beyond is refused.</summary>
    private const int Deepest = 1000;

    public async Task<Outcome<Page<SearchHit>>> Run(Actor actor, SearchQuery query, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        var from = 0;
        if (query.Cursor is { Length: > 0 } cursor && (!int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out from) || from > Deepest))
            return Refusal.Invalid("badCursor", "This cursor is not one that a search gave. Start again without it.");
        var terms = SearchTerms.Of(query.Text, query.Typing);
        if (terms.Count == 0)
            return new Page<SearchHit>([], null);
        var size = Page<SearchHit>.Size(query.Limit);
        await using var db = database.Open(actor.WorkspaceId);
        query = query with { Withheld = await Access.Withheld(db, actor, query.Tag, cancel), Kind = query.Tag is { Length: > 0 } ? SearchKind.Passage : query.Kind };
        var ranked = await Rank(db, terms, query, from, size + 1, cancel);
        var hits = await SearchHits.Of(db, ranked.Take(size).ToList(), terms, cancel);
        return new Page<SearchHit>(hits, ranked.Count > size ? (from + size).ToString(CultureInfo.InvariantCulture) : null);
    }

    private async Task<List<Ranked>> Rank(BizQDb db, IReadOnlyList<SearchTerm> terms, SearchQuery query, int from, int count, CancellationToken cancel)
    {
        // Who is still typing wants the words typed.
        var index = query.Typing || query.Mode == SearchMode.Text ? null : meanings.Of(db.CurrentWorkspace);
        if (index is null && query.Mode != SearchMode.Meaning)
            return await SearchRanking.Of(db, vocabulary, terms, query, from, count, cancel);
        List<Ranked> byWords = query.Mode == SearchMode.Meaning ? [] : await SearchRanking.Of(db, vocabulary, terms, query, 0, MeaningSearch.Depth, cancel);
        return index is null ? [] : [.. MeaningSearch.Of(index, query, byWords).Skip(from).Take(count)];
    }
}
