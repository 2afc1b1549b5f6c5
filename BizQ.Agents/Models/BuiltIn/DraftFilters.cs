using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace BizQ.Agents.Models.BuiltIn;

/// <summary>What templates may do to values besides Liquid's own filters; and the filters that could grow a text without end, bounded.</summary>
[SuppressMessage("Naming", "CA1707", Justification = "Method names become filter names by Ruby's convention.")]
internal static class DraftFilters
{
    /// <summary><c>{{ order.total | money }}</c> of <c>{amount, currency}</c>, or of a number with the currency as argument: "€12.50", "12.50 CHF".</summary>
    public static string? Money(object? input, string currency = "")
    {
        if (input is IDictionary pair)
        {
            currency = currency.Length > 0 ? currency : pair["currency"]?.ToString() ?? "";
            input = pair["amount"];
        }
        return decimal.TryParse(Convert.ToString(input, CultureInfo.InvariantCulture), NumberStyles.Number, CultureInfo.InvariantCulture, out var value)
            ? Written(value, currency)
            : null;
    }

    /// <summary><c>{{ order.shippedAt | day }}</c>: "23 November 2026", which no reader can take for another day.</summary>
    public static string? Day(object? input) =>
        DateTimeOffset.TryParse(Convert.ToString(input, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? date.ToString("d MMMM yyyy", CultureInfo.InvariantCulture)
            : input?.ToString();

    /// <summary><c>{{ customer.name | first_name }}</c>: "Anna" of "Anna Maria Berg" and of "Berg, Anna".</summary>
    public static string? FirstName(string? input)
    {
        var name = input?.Trim() ?? "";
        if (name.IndexOf(',', StringComparison.Ordinal) is var comma and > 0)
            name = name[(comma + 1)..].Trim();
        return name.Split(' ', 2)[0];
    }

    public static string Append(string? input, string? text) => Bounded(input + text);

    public static string Prepend(string? input, string? text) => Bounded(text + input);

    public static string? Replace(string? input, string? what, string? with = "") =>
        input is null || string.IsNullOrEmpty(what) ? input : Bounded(input.Replace(what, with, StringComparison.Ordinal));

    private static string Bounded(string text) => text.Length <= DraftText.MaxCharacters
        ? text
        : throw new ModelException("draftTooLong", $"The draft is longer than {DraftText.MaxCharacters} characters; the template probably repeats too much.", retryable: false);

    private static string Written(decimal value, string currency)
    {
        var digits = Math.Abs(value).ToString("#,##0.00", CultureInfo.InvariantCulture);
        var sign = value < 0 ? "-" : "";
        return currency.ToUpperInvariant() switch
        {
            "EUR" => $"{sign}€{digits}",
            "USD" => $"{sign}${digits}",
            "GBP" => $"{sign}£{digits}",
            "" => sign + digits,
            var other => $"{sign}{digits} {other}",
        };
    }
}
