using System.Text.RegularExpressions;

namespace BizQ.Core.Validation.Claims;

/// <summary>Everything in a text that can be looked up, in the order it stands there.</summary>
public static partial class ReadClaims
{
    /// <summary>Of something that would go out: quoted lines, list numbers and contact data (which has its own check) claim nothing.</summary>
    public static IReadOnlyList<Claim> OfDraft(string text, DateOnly today)
    {
        var reading = new Reading(text, today);
        foreach (var silent in Quoted().Matches(text).Concat(ListNumber().Matches(text)))
            reading.Take(silent.Index, silent.Length);
        foreach (var (start, length) in PersonalData.Recognise.ContactSpans(text))
            reading.Take(start, length);
        var quoted = Quoted().Matches(text).Select(m => (m.Index, End: m.Index + m.Length)).ToList();
        return [.. Read(reading)
            .Concat(PromiseClaims.Read(text, evidence: false).Where(p => !quoted.Any(q => p.Start >= q.Index && p.Start < q.End)))
            .OrderBy(claim => claim.Start)];
    }

    /// <summary>Of something relied on: here every number counts, and refusals too.</summary>
    public static IReadOnlyList<Claim> OfEvidence(string text, DateOnly today) =>
        [.. Read(new Reading(text, today)), .. PromiseClaims.Read(text, evidence: true)];

    private static IEnumerable<Claim> Read(Reading reading) =>
        FigureClaims.Links(reading)
            .Concat(DateClaims.Read(reading))
            .Concat(MoneyClaims.Read(reading))
            .Concat(FigureClaims.Percentages(reading))
            .Concat(DurationClaims.Read(reading))
            .Concat(FigureClaims.Rest(reading));

    [GeneratedRegex(@"^[ \t]*>.*$", RegexOptions.Multiline)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^[ \t]*\d{1,2}[.)](?=[ \t])", RegexOptions.Multiline)]
    private static partial Regex ListNumber();
}
