namespace BizQ.Core.Context;

/// <summary>Whether a fact can be relied on at a moment. <c>NotYet</c>: it holds only later. <c>Stale</c>: nobody has seen it for longer than its kind stays true. <c>Expired</c>: it said itself until when it holds.</summary>
public enum FreshnessState { Fresh, NotYet, Stale, Expired }

/// <param name="Since">Since when it is stale or expired; for what holds later, from when. Null while it is fresh.</param>
/// <param name="Until">When it will go stale or expire; null for what stays true, and once it has.</param>
public readonly record struct Freshness(FreshnessState State, DateTimeOffset? Since, DateTimeOffset? Until)
{
    /// <summary>Pure: from what the fact says, how long its field stays true, and the moment that is asked about.</summary>
    public static Freshness Of(Fact fact, EntityTypeDefinition? type, DateTimeOffset at) => Of(fact, type?.LifetimeOf(fact.Field), at);

    public static Freshness Of(Fact fact, TimeSpan? lifetime, DateTimeOffset at)
    {
        if (fact.ValidFrom is { } from && from > at)
            return new(FreshnessState.NotYet, from, null);
        if (fact.ValidTo is { } to && to <= at)
            return new(FreshnessState.Expired, to, null);
        var stale = lifetime is { } days ? SeenAt(fact, at) + days : (DateTimeOffset?)null;
        return stale <= at
            ? new(FreshnessState.Stale, stale, null)
            : new(FreshnessState.Fresh, null, stale is { } soon && !(fact.ValidTo < soon) ? soon : fact.ValidTo);
    }

    /// <summary>When somebody last said or confirmed it, as far as was known at that moment.</summary>
    public static DateTimeOffset SeenAt(Fact fact, DateTimeOffset at) =>
        fact.VerifiedAt is { } verified && verified <= at && verified > fact.ObservedAt ? verified : fact.ObservedAt;
}
