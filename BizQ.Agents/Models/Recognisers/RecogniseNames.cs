using System.Text.RegularExpressions;
using BizQ.Core;

namespace BizQ.Agents.Models.Recognisers;

/// <summary>
/// The name a writer gives himself: "my name is Anna Berg", or the line after "Kind regards". Names elsewhere are not looked for:
/// without a dictionary of the world's names that would be guessing.
/// </summary>
public sealed partial class RecogniseNames : IRecogniser
{
    public IEnumerable<Found> Find(string text, DateOnly today)
    {
        foreach (Match match in Said().Matches(text).Concat(SignedOff().Matches(text)))
        {
            var name = match.Groups["name"];
            if (!NotNames().IsMatch(name.Value))
                yield return new Found(name.Index, name.Length, name.Value, Json.Element(name.Value));
        }
    }

    private const string Name = @"(?<name>\p{Lu}[\p{L}'’-]+(?:[ \t]+(?:(?:van|von|de|der|den|da|di|del|la|le|bin|al|el|ter)[ \t]+){0,2}\p{Lu}(?:[\p{L}'’-]+|\.)){0,3})";

    [GeneratedRegex(@"(?:\b[Mm]y name(?: is|'s|’s)|\b[Nn]ame:|\b[Ii] am called|\b[Mm]y full name is|\b[Tt]his is(?= \p{Lu}\p{L}+(?: \p{Lu}\p{L}+)?(?: from\b| writing\b| here\b|[,.])))[ \t]+" + Name, RegexOptions.CultureInvariant, Patience.Milliseconds)]
    private static partial Regex Said();

    [GeneratedRegex(@"^[ \t>]*(?i:(?:(?:with )?(?:kind|best|warm|many|kindest|warmest)(?:est)? (?:regards|wishes|thanks)|regards|sincerely|yours (?:sincerely|faithfully|truly)|sincerely yours|cheers|thanks(?: again| so much| a lot| in advance)?|thank you(?: very much| so much| in advance)?|many thanks|best|all the best|mit freundlichen grüßen|viele grüße|liebe grüße|cordialement|saludos|cordiali saluti|--))[ \t]*[,.!]?[ \t]*(?:\r?\n[ \t]*){0,2}[-–—]?[ \t]*" + Name + @"[ \t]*[.,]?[ \t]*$", RegexOptions.CultureInvariant | RegexOptions.Multiline, Patience.Milliseconds)]
    private static partial Regex SignedOff();

    [GeneratedRegex(@"^(?:Sent|The|I|We|My|Customer|Support|Team|Please|Thanks|Regards|Order|Hello|Hi|Dear|Sales|Service|Phone|Tel|Mobile|Email|Mail)\b", RegexOptions.CultureInvariant, Patience.Milliseconds)]
    private static partial Regex NotNames();
}
