using System.Text;
using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>A question as it is searched for: its words, its conditions, and the weights that hold for it.</summary>
internal sealed record Asked(SearchQuery Query, string Words, IReadOnlyList<SearchTerm> Terms, IReadOnlyList<Condition> Conditions, IReadOnlyList<string> Notes, SearchWeights Weights)
{
    public FilterSql? Filter { get; } = Conditions.Count == 0 ? null : new FilterSql(Conditions);

    public bool IsEmpty => Terms.Count == 0 && Conditions.Count == 0;

    public static async Task<Asked> Of(BizQDb db, SearchQuery query, CancellationToken cancel)
    {
        var weights = query.Weights;
        if (weights is null && query.Mode == SearchMode.Hybrid && !query.Typing && query.AsOf is null)
            weights = SearchWeights.Of(await db.Workspaces.Where(w => w.Id == db.CurrentWorkspace).Select(w => w.Settings).SingleAsync(cancel));
        weights ??= SearchWeights.Usual;
        var written = Storable(query.Text);
        var text = query.Filters ? QueryText.Of(written) : QueryText.Plain(written);
        if (text.IsPlain)
            return new Asked(query, written, SearchTerms.Of(written, query.Typing), [], [], weights);
        var read = ReadFilters.Of(text, await KnownNames.Of(db, cancel));
        // A condition at the end is finished, so nothing is being typed any more.
        var typing = query.Typing && text.Words.Length > 0 && written.EndsWith(text.Words[^1]);
        return new Asked(query, read.Words, read.Words.Length == 0 ? [] : SearchTerms.Of(read.Words, typing), read.Conditions, read.Notes, weights);
    }

    /// <summary>A null character and half of a surrogate pair are in no database, so nothing can be found by them.</summary>
    private static string Storable(string text)
    {
        var sound = true;
        for (var i = 0; i < text.Length && sound; i++)
            sound = text[i] != '\0' && !char.IsSurrogate(text[i]);
        return sound ? text : string.Concat(text.EnumerateRunes().Select(rune => rune.Value == 0 || rune == Rune.ReplacementChar ? " " : rune.ToString()));
    }
}
