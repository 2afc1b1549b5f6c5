using System.Text.Json.Serialization;

namespace BizQ.Core.Context;

/// <summary>A stretch of a text, in characters.</summary>
public readonly record struct TextRange(int Start, int Length);

/// <summary>One way that found a hit, and the place it has there, from 1.</summary>
public readonly record struct WayRank(SearchWay Way, int Rank);

/// <summary>Why something was found.</summary>
/// <param name="Ways">Which ways, and where it stands in each.</param>
/// <param name="Words">The words of the question that stand in it.</param>
/// <param name="Fields">The conditions it meets, as written, and what was said exactly.</param>
public sealed record SearchWhy(IReadOnlyList<WayRank> Ways, IReadOnlyList<string> Words, IReadOnlyList<string> Fields);

/// <summary>How far something can be relied on at this moment.</summary>
/// <param name="Confidence">0 to 1: the least sure of its current facts; 1 for what a document says.</param>
/// <param name="Verified">How many of its current facts a person stands for, of how many.</param>
/// <param name="ExpiredAt">When the first of them ceased to be valid; null while all are.</param>
public sealed record SearchTrust(double Confidence, int Verified, int Facts, string? VerifiedBy, DateTimeOffset? VerifiedAt, DateTimeOffset? ExpiredAt)
{
    public static SearchTrust OfDocument { get; } = new(1, 0, 0, null, null, null);
}

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
