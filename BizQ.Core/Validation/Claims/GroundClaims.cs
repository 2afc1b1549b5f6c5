using BizQ.Core.Context;

namespace BizQ.Core.Validation.Claims;

/// <summary>Whether a claim is backed: by evidence, only by what the customer wrote, by a different currency, by its opposite, or by nothing.</summary>
public enum Standing { Found, OnlyClaimed, OtherCurrency, Contradicted, NotFound }

/// <param name="By">What backs it, when something does.</param>
/// <param name="Words">Where that says so, in its own words.</param>
public sealed record GroundedClaim(Claim Claim, Standing Standing, Evidence? By = null, string? Words = null);

/// <summary>Looks every claim of a draft up in what the run relied on. Pure: the check judges by it and the approval page marks by it.</summary>
public static class GroundClaims
{
    public static IReadOnlyList<GroundedClaim> Of(string draft, IReadOnlyList<Evidence> evidence, DateOnly today)
    {
        var claims = ReadClaims.OfDraft(draft, today);
        if (claims.Count == 0)
            return [];
        var facts = new EvidenceIndex(evidence.Where(e => e.Kind != "input"), today);
        var said = new EvidenceIndex(evidence.Where(e => e.Kind == "input"), today);
        return [.. claims.Select(claim => Stand(claim, facts, said))];
    }

    private static GroundedClaim Stand(Claim claim, EvidenceIndex facts, EvidenceIndex said)
    {
        if (facts.Find(Strict(claim)) is { } fact)
            return new(claim, Standing.Found, fact.By, fact.Words);
        if (facts.Find(InOtherCurrency(claim)) is { } other)
            return new(claim, Standing.OtherCurrency, other.By, other.Words);
        if (facts.Find(claim.Needs) is { } loose)
            return new(claim, Standing.Found, loose.By, loose.Words);
        if (facts.Find(Refused(claim)) is { } refusal)
            return new(claim, Standing.Contradicted, refusal.By, refusal.Words);
        if (said.Find(claim.Needs) is { } statement)
            return new(claim, Standing.OnlyClaimed, statement.By, statement.Words);
        return new(claim, Standing.NotFound);
    }

    /// <summary>An amount first asks for itself in its own currency; a bare number counts only where no currency contradicts.</summary>
    private static IReadOnlyList<string> Strict(Claim claim) => claim.Kind == ClaimKind.Money
        ? [.. claim.Needs.Where(key => key.StartsWith("money:", StringComparison.Ordinal))]
        : claim.Needs;

    private static IReadOnlyList<string> InOtherCurrency(Claim claim) => claim.Kind == ClaimKind.Money
        ? [.. claim.Needs.Where(key => key.StartsWith("bare:", StringComparison.Ordinal)).Select(key => $"anyMoney:{key["bare:".Length..]}")]
        : [];

    /// <summary>"No refunds" contradicts a full refund too.</summary>
    private static IReadOnlyList<string> Refused(Claim claim) => claim.Kind == ClaimKind.Promise
        ? [.. claim.Needs.SelectMany(key => new[] { $"refused:{key}", $"refused:{string.Join(':', key.Split(':').Take(2))}" })]
        : [];
}
