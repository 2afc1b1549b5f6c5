using System.Globalization;
using System.Text.Json;
using BizQ.Core.Context;

namespace BizQ.Core.Validation.Claims;

/// <summary>What a set of evidence states, by key: its texts as people wrote them and its data with the meaning of field names.</summary>
internal sealed class EvidenceIndex
{
    private static readonly string[] MoneyFields = ["price", "amount", "total", "sum", "cost", "fee", "value", "net", "gross", "tax", "shipping", "subtotal", "balance", "refund", "paid", "due"];
    private static readonly string[] PercentFields = ["percent", "percentage", "rate", "discount", "vat", "share"];

    private readonly Dictionary<string, (Evidence By, string Words)> _found = [];
    private readonly DateOnly _today;

    public EvidenceIndex(IEnumerable<Evidence> evidence, DateOnly today)
    {
        _today = today;
        foreach (var one in evidence)
        {
            AddText(one, one.Title);
            AddText(one, one.Text);
            if (one.Data is { } data)
                AddData(one, "", data, null);
        }
    }

    public (Evidence By, string Words)? Find(IReadOnlyList<string> keys)
    {
        foreach (var key in keys)
        {
            if (_found.TryGetValue(key, out var found))
                return found;
        }
        return null;
    }

    private void AddText(Evidence by, string text)
    {
        foreach (var claim in RememberedClaims.OfEvidence(text, _today))
            Add(by, claim.Quote, claim.Gives);
    }

    private void AddData(Evidence by, string field, JsonElement value, string? currency)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var own = value.EnumerateObject().Where(m => m.Name.Equals("currency", StringComparison.OrdinalIgnoreCase) && m.Value.ValueKind == JsonValueKind.String)
                    .Select(m => m.Value.GetString()).FirstOrDefault() ?? currency;
                foreach (var member in value.EnumerateObject())
                    AddData(by, member.Name, member.Value, own);
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                    AddData(by, field, item, currency);
                break;
            case JsonValueKind.Number when value.TryGetDecimal(out var number):
                AddNumber(by, field, number, currency);
                break;
            case JsonValueKind.String:
                var text = value.GetString()!;
                if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var written))
                    AddNumber(by, field, written, currency);
                AddText(by, text);
                break;
        }
    }

    private void AddNumber(Evidence by, string field, decimal number, string? currency)
    {
        var words = $"{field}: {Numbers.Key(number)}";
        Add(by, words, [$"number:{Numbers.Key(number)}"]);
        if (currency is not null && MoneyFields.Any(word => field.Contains(word, StringComparison.OrdinalIgnoreCase)))
            Add(by, $"{words} {currency}", MoneyClaims.Gives([number], currency.ToUpperInvariant()));
        else
            Add(by, words, [$"bare:{Numbers.Key(number)}"]);
        if (PercentFields.Any(word => field.Contains(word, StringComparison.OrdinalIgnoreCase)))
            Add(by, words, [$"percent:{Numbers.Key(number)}", $"percent:{Numbers.Key(number * 100)}"]);
        if (DurationClaims.UnitOfField(field) is { } unit)
            Add(by, words, DurationClaims.Keys(number, unit));
    }

    private void Add(Evidence by, string words, IReadOnlyList<string> keys)
    {
        foreach (var key in keys)
            _found.TryAdd(key, (by, words));
    }
}
