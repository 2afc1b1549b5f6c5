using BizQ.Core;
using PhoneNumbers;

namespace BizQ.Agents.Models.Recognisers;

/// <summary>
/// Phone numbers. One written with its country becomes E.164 ("+41446681800"); a national one is recognised where a country is
/// at least possible and stays as it was written, for guessing the country would invent a number.
/// </summary>
public sealed class RecognisePhones : IRecogniser
{
    /// <summary>Countries whose national writing is looked for; their plans cover what is commonly written without a country.</summary>
    private static readonly string[] s_countries = ["US", "GB", "DE", "FR", "CH", "ES", "IT", "NL", "AU", "IN"];

    /// <summary>Runs of digits that are no numbers and are looked at all the same, before the rest of the text is let be: ten pages of digits took ten seconds.</summary>
    private const int MostTries = 200;
    private const int MostNationalTries = 50;

    public IEnumerable<Found> Find(string text, DateOnly today)
    {
        var util = PhoneNumberUtil.GetInstance();
        var found = new List<Found>();
        foreach (var match in util.FindNumbers(text, null, PhoneNumberUtil.Leniency.VALID, MostTries))
            found.Add(new Found(match.Start, match.Length, match.RawString, Json.Element(util.Format(match.Number, PhoneNumberFormat.E164))));
        foreach (var country in s_countries)
        {
            foreach (var match in util.FindNumbers(text, country, PhoneNumberUtil.Leniency.VALID, MostNationalTries))
            {
                var candidate = new Found(match.Start, match.Length, match.RawString, Json.Element(match.RawString.Trim()));
                if (LooksDialled(match.RawString) && !found.Exists(f => f.Start < candidate.End && candidate.Start < f.End))
                    found.Add(candidate);
            }
        }
        return found.OrderBy(f => f.Start);
    }

    /// <summary>A bare run of digits is as likely an order number: a national number shows itself by its grouping or leading zero.</summary>
    private static bool LooksDialled(string raw) => raw.StartsWith('0') || raw.StartsWith('(') || raw.AsSpan().ContainsAny(" -./)");
}
