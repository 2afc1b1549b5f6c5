using System.Globalization;
using System.Text.RegularExpressions;

namespace BizQ.Agents.Models.Recognisers;

internal enum DayOrder { Unknown, DayFirst, MonthFirst }

/// <summary>Which of the first two figures of a date the writer of a text means by the day.</summary>
internal static class DayOrders
{
    public static DayOrder Of(string text, IEnumerable<Match> dates)
    {
        var day = 0;
        var month = 0;
        foreach (var date in dates)
        {
            if (date.Groups["sep"].Value == "." || Figure(date, "a") > 12)
                day++;
            else if (Figure(date, "b") > 12)
                month++;
        }
        if (day > 0 != month > 0)
            return day > 0 ? DayOrder.DayFirst : DayOrder.MonthFirst;
        // The currency tells the country well enough; both or neither tell nothing.
        var dollars = text.Contains('$', StringComparison.Ordinal);
        var europe = text.AsSpan().ContainsAny('€', '£');
        return dollars == europe ? DayOrder.Unknown : europe ? DayOrder.DayFirst : DayOrder.MonthFirst;
    }

    private static int Figure(Match match, string group) => int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
}
