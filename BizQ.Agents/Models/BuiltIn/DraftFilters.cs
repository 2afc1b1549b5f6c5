using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace BizQ.Agents.Models.BuiltIn;

/// <summary>What templates may do to values besides Liquid's own filters; and the filters that could grow a text without end, bounded.</summary>
[SuppressMessage("Naming", "CA1707", Justification = "Method names become filter names by Ruby's convention.")]
internal static class DraftFilters
{
    /// <summary>A list in a letter has some dozen items.</summary>
    private const int MaxItems = 10_000;

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

    /// <summary>The library's own doubles a list in every round of a loop.</summary>
    public static IEnumerable<object?> Concat(IEnumerable? input, IEnumerable? more)
    {
        List<object?> all = [.. (input ?? Array.Empty<object>()).Cast<object?>().Concat((more ?? Array.Empty<object>()).Cast<object?>()).Take(MaxItems + 1)];
        return all.Count <= MaxItems ? all : throw new ModelException("draftTooLong", $"A list of the draft has more than {MaxItems} items; the template probably repeats too much.", retryable: false);
    }

    public static string? Join(object? input, string glue = " ")
    {
        if (input is string or not IEnumerable)
            return input?.ToString();
        using var text = new BoundedWriter(DraftText.MaxCharacters, CancellationToken.None);
        foreach (var (index, item) in ((IEnumerable)input).Cast<object?>().Index())
        {
            if (index > 0)
                text.Write(glue);
            text.Write(Convert.ToString(item, CultureInfo.InvariantCulture));
        }
        return text.ToString();
    }

    public static string? ReplaceFirst(string? input, string? text, string? by = "")
    {
        var at = string.IsNullOrEmpty(input) || string.IsNullOrEmpty(text) ? -1 : input.IndexOf(text, StringComparison.Ordinal);
        return at < 0 ? input : Bounded(string.Concat(input.AsSpan(0, at), by, input.AsSpan(at + text!.Length)));
    }

    public static string Append(string? input, string? text) => Bounded(input + text);

    public static string Prepend(string? input, string? text) => Bounded(text + input);

    /// <summary>Reckoned before it is made: a text of 100,000 letters, each replaced by such a text, would be 20 gigabytes.</summary>
    public static string? Replace(string? input, string? what, string? with = "")
    {
        if (input is null || string.IsNullOrEmpty(what))
            return input;
        Fits(input.Length + (long)input.AsSpan().Count(what) * ((with?.Length ?? 0) - what.Length));
        return input.Replace(what, with, StringComparison.Ordinal);
    }

    private static string Bounded(string text)
    {
        Fits(text.Length);
        return text;
    }

    private static void Fits(long length)
    {
        if (length > DraftText.MaxCharacters)
            throw new ModelException("draftTooLong", $"The draft is longer than {DraftText.MaxCharacters} characters; the template probably repeats too much.", retryable: false);
    }

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
