namespace BizQ.Agents.Waits;

/// <summary>When people work, in their own time zone. Hours that end before they begin, such as 22:00 to 06:00, belong to the day they begin on.</summary>
public sealed record BusinessHours(IReadOnlySet<DayOfWeek> Days, TimeOnly From, TimeOnly To, TimeZoneInfo Zone, IReadOnlySet<DateOnly> Holidays)
{
    /// <summary>A business that does not open for this long is taken to be closed.</summary>
    private const int MostDays = 400;

    /// <summary>This moment when they are at work then, otherwise the next opening; null when there is none.</summary>
    public DateTimeOffset? NextOpen(DateTimeOffset at)
    {
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, Zone).DateTime);
        // From yesterday on: a night's work may still be going on.
        for (var ahead = -1; ahead <= MostDays; ahead++)
        {
            var day = today.AddDays(ahead);
            if (!Days.Contains(day.DayOfWeek) || Holidays.Contains(day))
                continue;
            if (at >= LocalTime.At(Zone, (To > From ? day : day.AddDays(1)).ToDateTime(To)))
                continue;
            var opens = LocalTime.At(Zone, day.ToDateTime(From));
            return at > opens ? at : opens;
        }
        return null;
    }
}
