using System.Globalization;
using System.Text.Json.Serialization;

namespace BizQ.Core;

/// <summary>An amount in a currency (ISO 4217), written as text so that no digit is lost: <c>{"amount":"12.50","currency":"EUR"}</c>.</summary>
[method: JsonConstructor]
public sealed record Money(string Amount, string Currency)
{
    public Money(decimal amount, string currency) : this(amount.ToString("0.00##", CultureInfo.InvariantCulture), currency) { }

    [JsonIgnore]
    public decimal Value => decimal.Parse(Amount, NumberStyles.Number, CultureInfo.InvariantCulture);

    public override string ToString() => $"{Amount} {Currency}";
}
