using System.Text.Json;
using BizQ.Agents.Models.Recognisers;

namespace BizQ.Agents.Models.BuiltIn;

/// <summary>
/// How a field is filled: what to look for, what of it the field wants, whether any one will do when several are there, and
/// whether its words must stand nearby.
/// </summary>
internal sealed record FieldKind(IRecogniser Recogniser, bool AnyWillDo = false, bool NeedsCue = false)
{
    private static readonly RecogniseDates s_dates = new();
    private static readonly RecogniseMoney s_money = new();
    private static readonly RecogniseMails s_mails = new();
    private static readonly RecogniseLinks s_links = new();
    private static readonly RecognisePhones s_phones = new();
    private static readonly RecogniseNumbers s_numbers = new();
    private static readonly RecognisePercentages s_percentages = new();
    private static readonly RecogniseNames s_names = new();
    private static readonly RecogniseIdentifiers s_identifiers = new();

    public static FieldKind Of(SchemaField field, FieldCues cues)
    {
        var schema = field.Schema;
        if (schema.ValueKind != JsonValueKind.Object)
            return new FieldKind(new RecogniseLabelled(cues.Name));
        if (schema.TryGetProperty("enum", out var choices) && choices.ValueKind == JsonValueKind.Array)
            return new FieldKind(new RecogniseChoices(choices));
        if (schema.TryGetProperty("pattern", out var pattern) && pattern.GetString() is { Length: > 0 } regex)
            return new FieldKind(new RecognisePattern(regex), AnyWillDo: true);
        if (SchemaFields.IsMoney(schema))
            return new FieldKind(s_money);
        var format = schema.TryGetProperty("format", out var named) ? named.ToString() : "";
        return SchemaFields.Type(schema) switch
        {
            "boolean" => new FieldKind(new RecogniseYesNo(cues.Name)),
            "number" or "integer" => OfNumber(cues),
            _ => OfFormat(format) ?? OfWords(cues),
        };
    }

    private static FieldKind OfNumber(FieldCues cues) =>
        cues.Has("percent", "percentage", "discount rate") ? new FieldKind(s_percentages)
        : cues.Has("price", "total", "cost", "sum", "refund", "fee", "amount") && !cues.Has("quantity", "qty", "pieces") ? new FieldKind(s_money)
        : new FieldKind(s_numbers, NeedsCue: true);

    private static FieldKind? OfFormat(string format) => format switch
    {
        "date" or "date-time" => new FieldKind(s_dates),
        "email" or "idn-email" => new FieldKind(s_mails, AnyWillDo: true),
        "uri" or "url" or "iri" => new FieldKind(s_links, AnyWillDo: true),
        "phone" or "tel" => new FieldKind(s_phones, AnyWillDo: true),
        _ => null,
    };

    /// <summary>A text field without a format shows by its name what it is.</summary>
    private static FieldKind OfWords(FieldCues cues) =>
        cues.Name.Contains("email") || cues.Name.Contains("mail") ? new FieldKind(s_mails, AnyWillDo: true)
        : cues.Name.Contains(Stemmer.Stem("phone")) || cues.Name.Contains(Stemmer.Stem("mobile")) || cues.Name.Contains(Stemmer.Stem("telephone")) ? new FieldKind(s_phones, AnyWillDo: true)
        : cues.Name.Contains("url") || cues.Name.Contains("link") || cues.Name.Contains(Stemmer.Stem("website")) ? new FieldKind(s_links, AnyWillDo: true)
        : cues.Name.Contains(Stemmer.Stem("date")) ? new FieldKind(s_dates)
        : Names(cues, "price", "total", "cost", "amount") ? new FieldKind(s_money)
        : Names(cues, "number", "id", "reference", "sku", "code", "tracking", "serial", "invoice", "ref", "no") ? new FieldKind(s_identifiers, NeedsCue: true)
        : Names(cues, "name", "customer", "sender", "signature") && !Names(cues, "product", "company", "item", "file", "brand", "shop", "user") ? new FieldKind(s_names, AnyWillDo: true)
        : new FieldKind(new RecogniseLabelled(cues.Name), AnyWillDo: true);

    private static bool Names(FieldCues cues, params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (cues.Name.Contains(Stemmer.Stem(word)))
                return true;
        }
        return false;
    }
}
