using System.Globalization;

namespace BizQ.Web.Agents;

/// <summary>What a cron expression (Quartz syntax, seconds first) means, in words: "every weekday at 09:00".</summary>
public static class CronWords
{
    private static readonly string[] Days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
    private static readonly string[] DayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
    private static readonly string[] Months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

    /// <summary>The words; for the rare rhythm that has none, the expression itself.</summary>
    public static string Of(string cron)
    {
        var parts = cron.ToUpperInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        // The seventh part, the year, says nothing when it is any.
        return (parts.Length == 6 || parts is [.., "*"]) && parts is [var second, var minute, var hour, var day, var month, var weekday, ..]
            && When(day, month, weekday) is { } when && Times(second, minute, hour, when) is { } words
            ? words
            : $"on the schedule {cron}";
    }

    private static string? Times(string second, string minute, string hour, string when)
    {
        var everyDay = when == "every day";
        if (second != "0")
            return null;
        if (hour == "*" && (minute == "*" || Step(minute) is not null))
            return (Step(minute) is { } step and > 1 ? $"every {step} minutes" : "every minute") + (everyDay ? "" : $", {when}");
        if (hour == "*" && Number(minute, 0, 59) is { } past)
            return (past == 0 ? "every hour" : string.Create(CultureInfo.InvariantCulture, $"every hour at :{past:00}")) + (everyDay ? "" : $", {when}");
        if (Number(minute, 0, 59) is not { } at)
            return null;
        if (Step(hour) is { } hours)
            return string.Create(CultureInfo.InvariantCulture, $"every {hours} hours at :{at:00}") + (everyDay ? "" : $", {when}");
        if (Range(hour, h => Number(h, 0, 23)) is { } span)
            return string.Create(CultureInfo.InvariantCulture, $"{when}, every hour from {span.From:00}:{at:00} to {span.To:00}:{at:00}");
        var times = hour.Split(',').Select(h => Number(h, 0, 23)).ToList();
        return times.Contains(null) ? null : $"{when} at {Listed([.. times.Select(h => string.Create(CultureInfo.InvariantCulture, $"{h:00}:{at:00}"))])}";
    }

    private static string? When(string day, string month, string weekday)
    {
        var anyDay = day is "*" or "?";
        if (anyDay && weekday is ("*" or "?"))
            return month == "*" ? "every day" : In(month) is { } names ? $"every day in {names}" : null;
        if (anyDay)
            return month == "*" ? OnDays(weekday) : null;
        if (weekday is not ("*" or "?"))
            return null;
        var which = day == "L" ? "the last day" : Number(day, 1, 31) is { } number ? $"the {Ordinal(number)}" : null;
        if (which is null)
            return null;
        return month == "*" ? $"on {which} of every month" : In(month) is { } name ? $"on {which} of {name}" : null;
    }

    private static string? OnDays(string weekday)
    {
        if (weekday is "MON-FRI" or "2-6")
            return "every weekday";
        if (weekday is "SAT,SUN" or "SUN,SAT" or "1,7" or "7,1")
            return "every Saturday and Sunday";
        if (Range(weekday, Day) is { } span)
            return $"every day from {DayNames[span.From]} to {DayNames[span.To]}";
        var days = weekday.Split(',').Select(Day).ToList();
        return days.Contains(null) ? null : $"every {Listed([.. days.Select(d => DayNames[d!.Value])])}";
    }

    private static string? In(string month)
    {
        var months = month.Split(',').Select(m => Array.IndexOf(Months, m) is var named and >= 0 ? named : Number(m, 1, 12) - 1).ToList();
        return months.Contains(null) ? null : Listed([.. months.Select(m => CultureInfo.InvariantCulture.DateTimeFormat.GetMonthName(m!.Value + 1))]);
    }

    // Quartz counts from Sunday as 1.
    private static int? Day(string text) => Array.IndexOf(Days, text) is var named and >= 0 ? named : Number(text, 1, 7) - 1;

    private static (int From, int To)? Range(string text, Func<string, int?> read) =>
        text.Split('-') is [var from, var to] && read(from) is { } first && read(to) is { } last ? (first, last) : null;

    /// <summary>"0/15" and "*/15".</summary>
    private static int? Step(string text) => text == "*" ? 1 : text.Split('/') is ["0" or "*", var step] ? Number(step, 1, 59) : null;

    private static int? Number(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : null;

    private static string Ordinal(int number) => number.ToString(CultureInfo.InvariantCulture) + (number % 100 is 11 or 12 or 13 ? "th" : (number % 10) switch { 1 => "st", 2 => "nd", 3 => "rd", _ => "th" });

    private static string Listed(IReadOnlyList<string> words) => words.Count == 1 ? words[0] : $"{string.Join(", ", words.Take(words.Count - 1))} and {words[^1]}";
}
