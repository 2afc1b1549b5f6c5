using System.Text.Json.Serialization;

namespace BizQ.Core.Context;

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
    double Score,
    SearchWhy Why,
    SearchTrust Trust);

/// <summary>A page of hits.</summary>
/// <param name="Notes">What of the question was not understood, in sentences.</param>
public sealed record SearchAnswer(IReadOnlyList<SearchHit> Items, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next, IReadOnlyList<string> Notes)
{
    public static SearchAnswer None(IReadOnlyList<string> notes) => new([], null, notes);
}
