using System.Text.RegularExpressions;
using BizQ.Core;

namespace BizQ.Agents.Models.Recognisers;

/// <summary>Mail addresses, in lower case.</summary>
public sealed partial class RecogniseMails : IRecogniser
{
    public IEnumerable<Found> Find(string text, DateOnly today) =>
        Address().Matches(text).Select(match => new Found(match.Index, match.Length, match.Value, Json.Element(match.Value.ToLowerInvariant())));

    [GeneratedRegex(@"(?<![\w.+-])[a-z0-9](?:[a-z0-9._%+'-]{0,62}[a-z0-9_+-])?@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}(?![\w-])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Patience.Milliseconds)]
    private static partial Regex Address();
}
