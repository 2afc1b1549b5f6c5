using System.Text.RegularExpressions;
using BizQ.Core;

namespace BizQ.Agents.Models.Recognisers;

/// <summary>
/// Numbers of orders, invoices, customers: words with a digit that are no date, amount, phone number or measure. Which sort it is
/// the words beside it must say.
/// </summary>
public sealed partial class RecogniseIdentifiers : IRecogniser
{
    private static readonly IRecogniser[] s_others = [new RecogniseDates(), new RecogniseMoney(), new RecognisePercentages(), new RecogniseMails(), new RecogniseLinks()];

    public IEnumerable<Found> Find(string text, DateOnly today)
    {
        var others = s_others.SelectMany(other => other.Find(text, today)).ToList();
        foreach (Match match in Identifier().Matches(text))
        {
            var token = match.Groups["id"];
            if (!others.Exists(o => o.Start < token.Index + token.Length && token.Index < o.End) && !Measure().IsMatch(token.Value))
                yield return new Found(token.Index, token.Length, token.Value, Json.Element(token.Value));
        }
    }

    [GeneratedRegex(@"(?<![\w.,/:@-])#?(?<id>(?=[\w/-]*\d)[A-Za-z0-9]+(?:[-/_][A-Za-z0-9]+)*)(?![\w@]|[-/]\w|[.,:]\d)(?<=\w{3})", RegexOptions.CultureInvariant, Patience.Milliseconds)]
    private static partial Regex Identifier();

    [GeneratedRegex(@"^\d+(?:st|nd|rd|th|x|cm|mm|m|km|kg|g|l|ml|w|v|mah|gb|mb|am|pm|h|min|days?|weeks?|years?|pcs|inch|in|ft|lbs?|oz|s)$|^\d+x\d+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Patience.Milliseconds)]
    private static partial Regex Measure();
}
