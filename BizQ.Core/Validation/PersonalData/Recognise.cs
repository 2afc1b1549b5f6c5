using System.Text.RegularExpressions;

namespace BizQ.Core.Validation.PersonalData;

public enum PersonalKind { MailAddress, Phone, Iban, Card, PostalAddress }

/// <param name="Key">The same for every way of writing it.</param>
public sealed record PersonalItem(PersonalKind Kind, int Start, string Written, string Key);

/// <summary>
/// Personal data that shows by its form. Bank and card numbers count only when their checksum is right, so that order
/// numbers are not mistaken for them.
/// </summary>
public static partial class Recognise
{
    public static IReadOnlyList<PersonalItem> All(string text)
    {
        var items = new List<PersonalItem>();
        var taken = new bool[text.Length];
        void Add(PersonalKind kind, Match match, string key)
        {
            if (taken.AsSpan(match.Index, match.Length).Contains(true))
                return;
            taken.AsSpan(match.Index, match.Length).Fill(true);
            items.Add(new PersonalItem(kind, match.Index, match.Value, key));
        }

        foreach (Match match in MailAddress().Matches(text))
            Add(PersonalKind.MailAddress, match, match.Value.ToLowerInvariant());
        foreach (Match match in Iban().Matches(text))
        {
            if (Checksums.IsIban(Compact(match.Value)))
                Add(PersonalKind.Iban, match, Compact(match.Value).ToUpperInvariant());
        }
        foreach (Match match in Card().Matches(text))
        {
            if (Checksums.IsCard(Digits(match.Value)))
                Add(PersonalKind.Card, match, Digits(match.Value));
        }
        foreach (Match match in PostalAddress().Matches(text))
            Add(PersonalKind.PostalAddress, match, Words(match.Value));
        foreach (Match match in Phone().Matches(text))
        {
            if (Digits(match.Value).Length is >= 7 and <= 15)
                Add(PersonalKind.Phone, match, PhoneKey(match.Value));
        }
        return items;
    }

    /// <summary>Where contact data stands: its digits are not figures.</summary>
    internal static IEnumerable<(int Start, int Length)> ContactSpans(string text) => All(text).Select(item => (item.Start, item.Written.Length));

    /// <summary>The last nine digits: national and international writing of one number agree in them.</summary>
    public static string PhoneKey(string written) => Digits(written) is { Length: > 9 } digits ? digits[^9..] : Digits(written).TrimStart('0');

    /// <summary>Letters and digits in lower case with single spaces: how addresses are compared.</summary>
    public static string Words(string text) => string.Join(' ', NotWord().Split(text.ToLowerInvariant()).Where(word => word.Length > 0));

    private static string Compact(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c) && c != '-'));

    private static string Digits(string text) => string.Concat(text.Where(char.IsAsciiDigit));

    [GeneratedRegex(@"(?<![\w.+-])[\w.+'-]+@(?:[\p{L}\d-]+\.)+\p{L}{2,}(?![\w-])")]
    private static partial Regex MailAddress();

    [GeneratedRegex(@"(?<![A-Za-z\d])[A-Z]{2}\d{2}(?:[ -]?[A-Z\d]{2,4}){3,8}(?![A-Za-z\d])")]
    private static partial Regex Iban();

    [GeneratedRegex(@"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])")]
    private static partial Regex Card();

    // Either it begins like a phone number (+49…, 0049…, (0…, 030 …), or like a North American one ((212) 555-0187), or somebody says so before it.
    [GeneratedRegex(@"(?<![\w@#/.-])(?:(?:\+|00)[1-9]\d{0,2}(?:[ \u00A0./-]?\(?\d{1,5}\)?){2,6}|\(0\d{1,5}\)[ \d./-]{5,14}\d|0\d{1,4}[ /-]\d(?:[ \d-]{3,11})\d|(?:\(\d{3}\)\s?|\d{3}[-.])\d{3}[-.]\d{4}|(?<=(?:[Tt]el\.?|[Pp]hone|[Tt]elefon|[Mm]obile?|[Cc]all(?: us)?(?: at| on)?)[: ]{1,2})\d[\d /-]{5,14}\d)(?![\w-])")]
    private static partial Regex Phone();

    [GeneratedRegex(@"(?<![\p{L}\d])(?:\d{1,5}\s?[a-zA-Z]?,?\s+(?:\p{Lu}[\p{L}'’.-]*\s+){1,4}(?:(?:Street|Road|Avenue|Lane|Drive|Way|Court|Square|Boulevard|Place|Close|Terrace|Crescent)\b|(?:St|Rd|Ave|Ln|Dr|Ct|Sq|Blvd|Pl)\b\.?)"
        + @"|\p{Lu}[\p{L}-]*(?:[ -]\p{Lu}[\p{L}-]*){0,2}(?:straße|strasse|str\.|weg|platz|allee|gasse|damm|ufer| Straße| Strasse| Weg| Platz| Allee)\s+\d{1,4}(?:\s?[a-z]\b)?"
        + @"|\d{1,4}(?:\s?bis)?,?\s+(?:rue|avenue|boulevard|place|chemin|impasse|quai|allée)\s+(?:(?:de|du|des|la|le|les|d['’])\s*)*\p{Lu}[\p{L}'’-]*(?:\s+\p{Lu}[\p{L}'’-]*){0,3})")]
    private static partial Regex PostalAddress();

    [GeneratedRegex(@"[^\p{L}\d]+")]
    private static partial Regex NotWord();
}
