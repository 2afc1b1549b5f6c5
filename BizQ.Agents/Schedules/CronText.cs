using Quartz;

namespace BizQ.Agents.Schedules;

/// <summary>What people write for a schedule, as Quartz reads it.</summary>
public static class CronText
{
    /// <summary>A sentence; null when it is a schedule.</summary>
    public static string? ProblemOf(string cron)
    {
        try
        {
            // Ended here on purpose: reading it is the only check there is.
            return new CronExpression(cron).CronExpressionString.Length == 0 ? "The cron is empty." : null;
        }
        catch (FormatException problem)
        {
            return $"'{cron}' is not a cron: {problem.Message.TrimEnd('.')}. It has six or seven parts: seconds, minutes, hours, day of month, month, day of week, year; such as 0 0 8 ? * MON-FRI.";
        }
    }

    /// <summary>When it is due next; null when it never is again, or when the cron or the zone cannot be read.</summary>
    public static DateTimeOffset? NextAfter(string cron, string zone, DateTimeOffset after)
    {
        if (ProblemOf(cron) is not null || !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var known))
            return null;
        var expression = new CronExpression(cron, known);
        var next = expression.GetNextValidTimeAfter(after);
        // Where a place leaves out a whole day (Apia moved across the date line in 2011), Quartz answers with a time that has been.
        for (var from = after; next <= after; next = expression.GetNextValidTimeAfter(from))
            from = from.AddMinutes(15);
        return next;
    }

    /// <summary>The latest times it was due from <paramref name="first"/> to <paramref name="last"/>, at most so many, oldest first.</summary>
    public static IReadOnlyList<DateTimeOffset> LatestBetween(CronExpression cron, DateTimeOffset first, DateTimeOffset last, int most)
    {
        var due = new LinkedList<DateTimeOffset>();
        // A second is the finest a cron can say: one later than the last asked for is not due yet.
        var before = last.AddSeconds(1);
        while (due.Count < most && cron.GetPreviousValidTimeBefore(before) is { } time && time >= first && time < before)
        {
            if (time <= last)
                due.AddFirst(time);
            before = time;
        }
        return [.. due];
    }
}
