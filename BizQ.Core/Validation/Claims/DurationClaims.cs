using System.Text.RegularExpressions;

namespace BizQ.Core.Validation.Claims;

/// <summary>
/// Lengths of time: "within 5 days", "3–5 business days", "two weeks", "30-day". Weeks are days and years are months; a
/// business day is not a day, because that difference is what customers complain about.
/// </summary>
internal static partial class DurationClaims
{
    private const string Business = @"(?:business|working|week)[- ]?days?|Werktage?n?|Arbeitstage?n?|jours? ouvr(?:é|e|able)s?|d[ií]as? (?:hábiles|laborables)|giorni lavorativi|werkdagen?";
    private const string Day = @"days?|Tage?n?|jours?|d[ií]as?|giorn[oi]|dagen?";
    private const string Week = "weeks?|Wochen?|semaines?|semanas?|settiman[ae]|weken";
    private const string Month = "months?|Monate?n?|mois|mes(?:es)?|mes[ei]|maanden?";
    private const string Year = "years?|Jahre?n?|ans?|années?|años?|ann[oi]|jaar";
    private const string Hour = "hours?|hrs?|Stunden?|heures?|horas?|ore|uur|h";
    private const string Minute = "minutes?|mins?|Minuten?|minutos?|minuti|minuten";

    private static readonly Lazy<Regex> Length = new(() => new Regex(
        $@"(?<![\p{{L}}\d.,])(?<n>{Numbers.Pattern}|(?:{Numbers.WordPattern})|(?<=(?:within|in)\s)an?)(?:\s*(?:-|–|—|to|or|bis|oder|à|ou|a|o)\s*(?<n>{Numbers.Pattern}|(?:{Numbers.WordPattern})))?[\s\u00A0-]*"
        + $@"(?:(?<business>{Business})|(?<day>{Day})|(?<week>{Week})|(?<month>{Month})|(?<year>{Year})|(?<hour>{Hour})|(?<minute>{Minute}))(?!\p{{L}})",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Compiled));

    public static IEnumerable<Claim> Read(Reading reading)
    {
        foreach (Match match in Length.Value.Matches(reading.Text))
        {
            if (!reading.IsFree(match.Index, match.Length))
                continue;
            var unit = UnitOf(match);
            var numbers = match.Groups["n"].Captures.Select(c => c.Value is "a" or "an" or "A" or "An" ? "1" : c.Value).ToList();
            // In evidence every number of a range answers; a draft's range needs its outer end, the one that binds.
            var needs = Numbers.Readings(numbers[^1]).SelectMany(v => Keys(v, unit)).ToList();
            var gives = numbers.SelectMany(Numbers.Readings).SelectMany(v => (string[])[.. Keys(v, unit), $"number:{Numbers.Key(v)}"]).ToList();
            if (needs.Count > 0)
                yield return reading.Claim(ClaimKind.Duration, match.Index, match.Length, needs, gives);
        }
    }

    /// <summary>The keys of so many units; hours that make whole days count as those days too.</summary>
    public static IReadOnlyList<string> Keys(decimal value, string unit) => unit switch
    {
        "week" => [$"span:{Numbers.Key(value * 7)}:day"],
        "year" => [$"span:{Numbers.Key(value * 12)}:month"],
        "hour" when value > 0 && value % 24 == 0 => [$"span:{Numbers.Key(value)}:hour", $"span:{Numbers.Key(value / 24)}:day"],
        "day" when value is > 0 and <= 7 => [$"span:{Numbers.Key(value)}:day", $"span:{Numbers.Key(value * 24)}:hour"],
        _ => [$"span:{Numbers.Key(value)}:{unit}"],
    };

    /// <summary>The unit a data field's name ends with ("returnWindowDays", "warranty_months"); null when it names none.</summary>
    public static string? UnitOfField(string field)
    {
        var match = FieldUnit().Match(field);
        return match.Success ? (match.Groups["b"].Success ? "business" : match.Groups["u"].Value.ToLowerInvariant().TrimEnd('s')) : null;
    }

    private static string UnitOf(Match match) =>
        new[] { "business", "day", "week", "month", "year", "hour", "minute" }.First(unit => match.Groups[unit].Success);

    [GeneratedRegex(@"(?<b>business|working)?[_-]?(?<u>days?|weeks?|months?|years?|hours?|minutes?)$", RegexOptions.IgnoreCase)]
    private static partial Regex FieldUnit();
}
