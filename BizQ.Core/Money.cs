using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace BizQ.Core;

/// <summary>An amount in a currency (ISO 4217), written as text so that no digit is lost: <c>{"amount":"12.50","currency":"EUR"}</c>.</summary>
[method: JsonConstructor]
public sealed record Money(string Amount, string Currency)
{
    public Money(decimal amount, string currency) : this(amount.ToString("0.00##", CultureInfo.InvariantCulture), currency) { }

    [JsonIgnore]
    public decimal Value => decimal.Parse(Amount, NumberStyles.Number, CultureInfo.InvariantCulture);

    /// <summary>The money a value of the form <c>{"amount": …, "currency": …}</c> says; null for anything else.</summary>
    public static Money? Of(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.GetPropertyCount() == 2
        && value.TryGetProperty("amount", out var amount) && amount.ValueKind is JsonValueKind.String or JsonValueKind.Number
        && value.TryGetProperty("currency", out var currency) && currency.ValueKind == JsonValueKind.String
            ? new Money(amount.ToString(), currency.GetString()!)
            : null;

    public override string ToString() => $"{Amount} {Currency}";
}
