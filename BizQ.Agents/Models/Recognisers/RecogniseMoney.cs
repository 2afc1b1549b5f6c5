using System.Text.RegularExpressions;
using BizQ.Core;

namespace BizQ.Agents.Models.Recognisers;

/// <summary>Amounts with their currency: "€12.50", "1.234,56 EUR", "USD 20", "15 dollars". A figure without a currency is no money.</summary>
public sealed partial class RecogniseMoney : IRecogniser
{
    private static readonly Dictionary<string, string> s_currencies = new(StringComparer.OrdinalIgnoreCase)
    {
        ["€"] = "EUR",
        ["$"] = "USD",
        ["US$"] = "USD",
        ["CA$"] = "CAD",
        ["C$"] = "CAD",
        ["A$"] = "AUD",
        ["AU$"] = "AUD",
        ["NZ$"] = "NZD",
        ["HK$"] = "HKD",
        ["S$"] = "SGD",
        ["R$"] = "BRL",
        ["£"] = "GBP",
        ["¥"] = "JPY",
        ["₹"] = "INR",
        ["₩"] = "KRW",
        ["₽"] = "RUB",
        ["₺"] = "TRY",
        ["₴"] = "UAH",
        ["₪"] = "ILS",
        ["₫"] = "VND",
        ["฿"] = "THB",
        ["zł"] = "PLN",
        ["Kč"] = "CZK",
        ["RM"] = "MYR",
        ["euro"] = "EUR",
        ["euros"] = "EUR",
        ["dollar"] = "USD",
        ["dollars"] = "USD",
        ["pound"] = "GBP",
        ["pounds"] = "GBP",
        ["quid"] = "GBP",
        ["franken"] = "CHF",
        ["francs"] = "CHF",
        ["Fr."] = "CHF",
        ["yen"] = "JPY",
        ["rupees"] = "INR",
    };

    public IEnumerable<Found> Find(string text, DateOnly today)
    {
        foreach (Match match in Amount().Matches(text))
        {
            var number = match.Groups["n"];
            if (Decimals.Read(number.ValueSpan) is not { } amount)
                continue;
            var currency = CurrencyOf(match);
            amount *= match.Groups["k"].Value.ToLowerInvariant() switch { "k" => 1_000, "m" or "million" or "mio" => 1_000_000, _ => 1 };
            if (match.Groups["s"].Success)
                amount = -amount;
            yield return new Found(match.Index, match.Length, match.Value, Json.Element(new Money(amount, currency)));
        }
    }

    private static string CurrencyOf(Match match)
    {
        var written = match.Groups["before"].Success ? match.Groups["before"].Value : match.Groups["after"].Value;
        return s_currencies.GetValueOrDefault(written) ?? written.ToUpperInvariant();
    }

    private const string Codes =
        "AED|ARS|AUD|BGN|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|HKD|HUF|IDR|ILS|INR|ISK|JPY|KRW|MAD|MXN|MYR|NOK|NZD|PEN|PHP|PLN|QAR|" +
        "RON|RSD|RUB|SAR|SEK|SGD|THB|TRY|TWD|UAH|USD|VND|ZAR";

    // Codes are codes in capitals only: "try 2" and "mad 5" are words. A currency stands right before or right after the figure; "pounds" after a figure is money only when no weight is meant,
    // which the fields that ask for money settle by their cues.
    private const string Signs = @"(?:US|CA|AU|NZ|HK|[ACSR])?\$|[€£¥₹₩₽₺₴₪₫฿]|(?<![A-Za-z])(?:(?-i:" + Codes + @"|RM)|eur|usd|gbp|chf|Fr\.)(?![A-Za-z])";

    [GeneratedRegex(@"(?<s>(?<![\w)])[-−])?(?:(?<before>" + Signs + @")[ \u00A0]?(?<n>" + Decimals.Pattern + @")(?![\d%])(?:[ ]?(?<k>k|m|mio|million)\b)?|(?<![\w.,])(?<n>" + Decimals.Pattern + @")(?:(?<k>k)|[ \u00A0](?<k>mio|million))?[ \u00A0]?(?<after>" + Signs + @"|(?:euros?|dollars?|pounds?|quid|franken|francs|yen|rupees|zł|Kč)\b))", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Patience.Milliseconds)]
    private static partial Regex Amount();
}
