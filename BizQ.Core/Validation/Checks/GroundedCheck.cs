using BizQ.Core.Validation.Claims;

namespace BizQ.Core.Validation.Checks;

/// <summary>Every figure, amount, date, length of time, link and promise of a message stands in what the run relied on.</summary>
public sealed class GroundedCheck : ICheck
{
    public string Name => "grounded";
    public string Title => "Backed by evidence";
    public string Summary => "Every figure, amount, percentage, date, duration, link and promise in a message is looked up in the evidence, in whatever format it is written. What only the customer claimed counts as unverified.";

    public IEnumerable<Finding> Look(CheckInput input)
    {
        if (input.Message is not { } message)
            return [];
        var claims = GroundClaims.Of(DraftOf(message, input.CameIn.Subject), input.Evidence, input.Today);
        var open = claims.Where(claim => claim.Standing != Standing.Found).DistinctBy(claim => (claim.Standing, claim.Claim.Kind, claim.Claim.Quote.ToUpperInvariant())).ToList();
        if (open.Count > 0)
            return open.Select(Finding);
        return claims.Count == 0
            ? [this.Allow("nothingToBack", "The message states no figures, dates or promises.")]
            : [this.Allow("allFound", claims.Count == 1 ? $"'{claims[0].Claim.Quote}' was found in the evidence." : $"All {claims.Count} figures, dates and promises were found in the evidence.")];
    }

    /// <summary>A subject that only answers the customer's repeats their words; it claims nothing.</summary>
    private static string DraftOf(OutgoingMessage message, string? theirs) =>
        message.Subject is not { Length: > 0 } subject || (theirs is not null && Bare(subject).Equals(Bare(theirs), StringComparison.OrdinalIgnoreCase))
            ? message.Text
            : $"{subject}\n\n{message.Text}";

    private static string Bare(string subject)
    {
        var bare = subject.Trim();
        while (bare.IndexOf(':', StringComparison.Ordinal) is > 0 and <= 4 and var colon)
            bare = bare[(colon + 1)..].Trim();
        return bare;
    }

    private Finding Finding(GroundedClaim grounded)
    {
        var quote = grounded.Claim.Quote;
        return grounded.Standing switch
        {
            Standing.OnlyClaimed => this.Review("onlyClaimedByCustomer", $"'{quote}' is only what the customer wrote; nothing the business knows confirms it.", quote),
            Standing.OtherCurrency => this.Review("currencyDiffers", $"'{quote}' is in another currency than in the evidence ({grounded.Words}).", quote),
            Standing.Contradicted => this.Review("promiseContradicted", $"The message promises '{quote}', but {grounded.By!.Title} says otherwise.", quote),
            _ => this.Review(Reason(grounded.Claim.Kind), Sentence(grounded.Claim.Kind, quote), quote),
        };
    }

    private static string Reason(ClaimKind kind) => kind switch
    {
        ClaimKind.Money => "amountNotInEvidence",
        ClaimKind.Percentage => "percentageNotInEvidence",
        ClaimKind.Date => "dateNotInEvidence",
        ClaimKind.Time => "timeNotInEvidence",
        ClaimKind.Duration => "durationNotInEvidence",
        ClaimKind.Reference => "referenceNotInEvidence",
        ClaimKind.Link => "linkNotInEvidence",
        ClaimKind.Promise => "promiseNotInEvidence",
        _ => "figureNotInEvidence",
    };

    private static string Sentence(ClaimKind kind, string quote) => kind switch
    {
        ClaimKind.Promise => $"The message promises '{quote}'; nothing in the evidence says that the business does so.",
        ClaimKind.Link => $"The link '{quote}' stands in none of the evidence.",
        ClaimKind.Reference => $"'{quote}' stands in none of the evidence; a number like this must be exactly right.",
        _ => $"'{quote}' was not found in the evidence.",
    };
}
