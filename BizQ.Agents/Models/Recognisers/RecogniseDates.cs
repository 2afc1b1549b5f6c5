using System.Globalization;
using System.Text.RegularExpressions;
using BizQ.Core;

namespace BizQ.Agents.Models.Recognisers;

/// <summary>
/// Dates as people write them, as ISO dates: "2026-11-23", "23.11.2026", "Nov 23rd", "last Friday", "3 days ago". A date without
/// a year is the nearest one. "03/04/2026" is read by what else the text shows of its writer's habit, and not at all when it
/// shows nothing.
/// </summary>
public sealed partial class RecogniseDates : IRecogniser
{
    public IEnumerable<Found> Find(string text, DateOnly today)
    {
        var found = new List<Found>();
        Add(found, Iso().Matches(text), m => On(Int(m, "y"), Int(m, "m"), Int(m, "d")));
        Add(found, Named().Matches(text), m => NamedDate(m, today));
        var order = DayOrders.Of(text, Figures().Matches(text));
        Add(found, Figures().Matches(text), m => FigureDate(m, order, today));
        Add(found, Relative().Matches(text), m => RelativeDates.Read(m, today));
        return found.OrderBy(f => f.Start);
    }

    private static void Add(List<Found> found, IEnumerable<Match> matches, Func<Match, DateOnly?> read)
    {
        foreach (var match in matches)
        {
            if (read(match) is { } date && !found.Exists(f => f.Start < match.Index + match.Length && match.Index < f.End))
                found.Add(new Found(match.Index, match.Length, match.Value, Json.Element(date)));
        }
    }

    private static DateOnly? NamedDate(Match match, DateOnly today)
    {
        var month = Months.Number(match.Groups["month"].Value);
        var day = Int(match, "d");
        return match.Groups["y"].Success ? On(FullYear(Int(match, "y")), month, day) : Nearest(month, day, today);
    }

    private static DateOnly? FigureDate(Match match, DayOrder order, DateOnly today)
    {
        var (first, second) = (Int(match, "a"), Int(match, "b"));
        var dayFirst = match.Groups["sep"].Value == "." || first > 12 || first == second || order == DayOrder.DayFirst && second <= 12;
        if (!dayFirst && second <= 12 && order != DayOrder.MonthFirst)
            return null;
        var (day, month) = dayFirst ? (first, second) : (second, first);
        return match.Groups["y"].Success ? On(FullYear(Int(match, "y")), month, day) : Nearest(month, day, today);
    }

    private static DateOnly? Nearest(int month, int day, DateOnly today) =>
        Enumerable.Range(today.Year - 1, 3).Select(year => On(year, month, day)).Where(date => date is not null)
            .OrderBy(date => Math.Abs(date!.Value.DayNumber - today.DayNumber)).FirstOrDefault();

    private static DateOnly? On(int year, int month, int day) =>
        year is >= 1900 and <= 2199 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month) ? new DateOnly(year, month, day) : null;

    private static int FullYear(int year) => year < 100 ? 2000 + year : year;

    private static int Int(Match match, string group) => int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?<![\w-])(?<y>\d{4})[-/.](?<m>\d{1,2})[-/.](?<d>\d{1,2})(?!\d|[-/]\d)", RegexOptions.CultureInvariant, Patience.Milliseconds)]
    private static partial Regex Iso();

    [GeneratedRegex(@"(?<![\w.-])(?<a>\d{1,2})(?<sep>[./-])[ ]?(?<b>\d{1,2})(?:\k<sep>[ ]?(?<y>\d{4}|\d{2})(?![\d.,]\d|\d)|(?<=\.\d{1,2})\.(?!\d))(?![\w-])", RegexOptions.CultureInvariant, Patience.Milliseconds)]
    private static partial Regex Figures();

    [GeneratedRegex(@"(?<![\w.,])(?<d>\d{1,2})(?:st|nd|rd|th|\.|er|º)?[ ]?(?:of |de )?[ -]?(?<month>" + Months.Pattern + @")\b\.?(?:,?(?: de| del)?[ -](?<y>\d{4})(?!\d)|[ -]'?(?<y>\d{2})(?![\d:.]))?|\b(?<month>" + Months.Pattern + @")\b\.?[ ](?:the )?(?<d>\d{1,2})(?:st|nd|rd|th)?\b(?!:)(?:,?[ ](?<y>\d{4})(?!\d))?", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Patience.Milliseconds)]
    private static partial Regex Named();

    [GeneratedRegex(RelativeDates.Pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Patience.Milliseconds)]
    private static partial Regex Relative();
}
