using System.Globalization;

namespace BizQ.Agents.Waits;

/// <summary>What a clock on the wall of a time zone shows, as a moment.</summary>
public static class LocalTime
{
    /// <summary>A time that the clocks skip in spring is the moment they skip it; one that comes twice in autumn is the first.</summary>
    public static DateTimeOffset At(TimeZoneInfo zone, DateTime local)
    {
        // No gap is longer than a day (islands have crossed the date line), and gaps begin and end on whole minutes.
        while (zone.IsInvalidTime(local))
            local = new DateTime(local.Year, local.Month, local.Day, local.Hour, local.Minute, 0, DateTimeKind.Unspecified).AddMinutes(1);
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }

    /// <summary>A moment as people or programs write it; without an offset it is the time of the zone. Null when it is none.</summary>
    public static DateTimeOffset? Read(string text, TimeZoneInfo zone)
    {
        const DateTimeStyles styles = DateTimeStyles.AllowWhiteSpaces | DateTimeStyles.RoundtripKind;
        if (!DateTime.TryParse(text, CultureInfo.InvariantCulture, styles, out var written))
            return null;
        if (written.Kind == DateTimeKind.Unspecified)
            return At(zone, written);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces, out var moment) ? moment.ToUniversalTime() : null;
    }
}
