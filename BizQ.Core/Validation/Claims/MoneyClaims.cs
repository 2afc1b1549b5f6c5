using System.Text.RegularExpressions;

namespace BizQ.Core.Validation.Claims;

/// <summary>Amounts of money, the currency before or behind: €12.50, 12,50 EUR, 12 euros, CHF 12.–</summary>
internal static partial class MoneyClaims
{
    private const string Codes = "EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|JPY|CNY|CAD|AUD|NZD|INR|BRL|MXN|ZAR|TRY|SGD|HKD";
    private const string Signs = "US\\$|A\\$|C\\$|[€$£¥₹]|" + Codes;
    private const string Names = "euros?|dollars?|pounds?|francs?|Franken|kr|zł|Kč";

    public static IEnumerable<Claim> Read(Reading reading)
    {
        foreach (Match match in Amount().Matches(reading.Text))
        {
            if (!reading.IsFree(match.Index, match.Length))
                continue;
            var number = match.Groups["n"].Value;
            var values = Numbers.Readings(number.Contains(' ') ? number.Replace(' ', '\u00A0') : number);
            if (values.Count == 0)
                continue;
            var currency = Currency(match.Groups["c"].Value);
            yield return reading.Claim(ClaimKind.Money, match.Index, match.Length, Needs(values, currency), Gives(values, currency));
        }
    }

    /// <summary>The amount in its currency, or the bare number where the evidence names no currency at all.</summary>
    public static IReadOnlyList<string> Needs(IReadOnlyList<decimal> values, string currency) =>
        [.. values.SelectMany(v => Spellings(currency).Select(c => $"money:{Numbers.Key(v)}:{c}")), .. values.Select(v => $"bare:{Numbers.Key(v)}")];

    /// <summary>An amount in evidence also answers for the number, and under "anyMoney" for telling that only the currency differs.</summary>
    public static IReadOnlyList<string> Gives(IReadOnlyList<decimal> values, string currency) =>
        [.. values.SelectMany(v => Spellings(currency).Select(c => $"money:{Numbers.Key(v)}:{c}")),
         .. values.SelectMany(v => new[] { $"number:{Numbers.Key(v)}", $"anyMoney:{Numbers.Key(v)}" })];

    /// <summary>"$" alone may be any dollar, so dollars also go by the bare sign.</summary>
    private static string[] Spellings(string currency) => currency.EndsWith('D') && currency is "USD" or "CAD" or "AUD" or "NZD" or "SGD" or "HKD"
        ? [currency, "$"]
        : [currency];

    private static string Currency(string written) => written.ToUpperInvariant() switch
    {
        "€" or "EURO" or "EUROS" => "EUR",
        "£" or "POUND" or "POUNDS" => "GBP",
        "$" or "DOLLAR" or "DOLLARS" => "$",
        "US$" => "USD",
        "A$" => "AUD",
        "C$" => "CAD",
        "¥" => "JPY",
        "₹" => "INR",
        "FRANC" or "FRANCS" or "FRANKEN" => "CHF",
        "KR" => "SEK",
        "ZŁ" => "PLN",
        "KČ" => "CZK",
        var code => code,
    };

    [GeneratedRegex(@"(?<![\p{L}\d])(?:(?<c>" + Signs + @")[ \u00A0\u202F]?(?<n>" + Numbers.Spaced + @")(?:[.,][-–])?|(?<n>" + Numbers.Spaced
        + @")(?:[.,][-–])?[ \u00A0\u202F-]?(?<c>" + Signs + "|" + Names + @"))(?![\p{L}\d])", RegexOptions.IgnoreCase)]
    private static partial Regex Amount();
}
