using System.Text.RegularExpressions;
using BizQ.Core;

namespace BizQ.Agents.Models.Recognisers;

/// <summary>
/// What matches a schema's <c>pattern</c>, standing free in the text. Upper and lower case are as one when the pattern has only
/// upper case letters, for people write order numbers as they like; the value is then in upper case, as the pattern wants it.
/// </summary>
public sealed class RecognisePattern : IRecogniser
{
    /// <summary>A pattern is somebody's own; no text may make it run for long.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(200);

    private readonly Regex? _exact;
    private readonly Regex? _loose;

    public RecognisePattern(string pattern)
    {
        var inner = pattern.StartsWith('^') ? pattern[1..] : pattern;
        inner = inner.EndsWith('$') && !inner.EndsWith(@"\$", StringComparison.Ordinal) ? inner[..^1] : inner;
        var free = $@"(?<![\w])(?:{inner})(?![\w])";
        try
        {
            _exact = new Regex($"^(?:{inner})$", RegexOptions.CultureInvariant, s_longest);
            _loose = new Regex(free, RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, s_longest);
        }
        catch (ArgumentException e)
        {
            throw new ModelException("badSchema", $"The schema's pattern '{pattern}' is not a regular expression: {e.Message}", retryable: false);
        }
    }

    public IEnumerable<Found> Find(string text, DateOnly today)
    {
        var found = new List<Found>();
        try
        {
            foreach (Match match in _loose!.Matches(text))
            {
                var value = new[] { match.Value, match.Value.ToUpperInvariant(), match.Value.ToLowerInvariant() }.FirstOrDefault(v => _exact!.IsMatch(v));
                if (match.Length > 0 && value is not null)
                    found.Add(new Found(match.Index, match.Length, match.Value, Json.Element(value)));
            }
        }
        catch (RegexMatchTimeoutException)
        {
            throw new ModelException("badSchema", $"The schema's pattern '{_exact}' takes too long on this text; make it simpler.", retryable: false);
        }
        return found;
    }
}
