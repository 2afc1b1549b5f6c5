using System.Text.RegularExpressions;

namespace BizQ.Agents.Models.Recognisers;

/// <summary>"yesterday", "in two weeks", "next Friday": dates counted from today.</summary>
internal static class RelativeDates
{
    public const string Pattern =
        @"\b(?:(?<word>the day after tomorrow|the day before yesterday|today|tonight|tomorrow|yesterday)" +
        @"|(?<n>\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) (?<unit>day|week|month|year)s? (?<ago>ago|from now|from today)" +
        @"|in (?<n>\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) (?<unit>day|week|month|year)s?(?: time)?" +
        @"|(?:(?<which>last|past|next|this|coming|on) )(?<weekday>monday|tuesday|wednesday|thursday|friday|saturday|sunday))\b";

    public static DateOnly? Read(Match match, DateOnly today)
    {
        if (match.Groups["word"].Success)
            return today.AddDays(Days(match.Groups["word"].Value.ToLowerInvariant()));
        if (match.Groups["weekday"].Success)
            return Weekday(Enum.Parse<DayOfWeek>(match.Groups["weekday"].Value, ignoreCase: true), match.Groups["which"].Value.ToLowerInvariant(), today);
        var number = match.Groups["n"].Value.ToLowerInvariant() is "a" or "an" ? 1 : RecogniseNumbers.Small(match.Groups["n"].Value) ?? 0;
        return Shift(today, match.Groups["unit"].Value.ToLowerInvariant(), match.Groups["ago"].Value.Equals("ago", StringComparison.OrdinalIgnoreCase) ? -number : number);
    }

    private static int Days(string word) => word switch
    {
        "the day after tomorrow" => 2,
        "tomorrow" => 1,
        "yesterday" => -1,
        "the day before yesterday" => -2,
        _ => 0,
    };

    private static DateOnly Shift(DateOnly today, string unit, int by) => unit switch
    {
        "day" => today.AddDays(by),
        "week" => today.AddDays(7 * by),
        "month" => today.AddMonths(by),
        _ => today.AddYears(by),
    };

    /// <summary>"On Friday" said on a Friday may be either; it is read as the coming one, as "next" and "this" are.</summary>
    private static DateOnly Weekday(DayOfWeek day, string which, DateOnly today)
    {
        var ahead = ((int)day - (int)today.DayOfWeek + 7) % 7;
        if (which is "last" or "past")
            return today.AddDays(ahead == 0 ? -7 : ahead - 7);
        return today.AddDays(ahead == 0 ? which == "this" ? 0 : 7 : ahead);
    }
}
