namespace BizQ.Core.Context;

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
