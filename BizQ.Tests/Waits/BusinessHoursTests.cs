using System.Globalization;
using BizQ.Agents.Waits;

namespace BizQ.Tests.Waits;

/// <summary>The next moment at which people work, on any clock of the world.</summary>
public sealed class BusinessHoursTests
{
    [Theory]
    // A Monday at work, before work, after work; a Friday evening.
    [InlineData("Europe/Vienna", "09:00", "17:00", "2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z")]
    [InlineData("Europe/Vienna", "09:00", "17:00", "2026-11-23T05:00:00Z", "2026-11-23T08:00:00Z")]
    [InlineData("Europe/Vienna", "09:00", "17:00", "2026-11-23T16:00:00Z", "2026-11-24T08:00:00Z")]
    [InlineData("Europe/Vienna", "09:00", "17:00", "2026-11-27T20:00:00Z", "2026-11-30T08:00:00Z")]
    // Christmas Day is a holiday; the 26th is a Saturday.
    [InlineData("Europe/Vienna", "09:00", "17:00", "2026-12-24T18:00:00Z", "2026-12-28T08:00:00Z")]
    // Over the change to summer time on the last Sunday of March: an hour less of waiting.
    [InlineData("Europe/Vienna", "09:00", "17:00", "2026-03-27T17:00:00Z", "2026-03-30T07:00:00Z")]
    // And to winter time: an hour more.
    [InlineData("Europe/Vienna", "09:00", "17:00", "2026-10-23T17:00:00Z", "2026-10-26T08:00:00Z")]
    // New Zealand and Lord Howe Island, whose clocks shift by half an hour.
    [InlineData("Pacific/Auckland", "09:00", "17:00", "2026-11-22T12:00:00Z", "2026-11-22T20:00:00Z")]
    [InlineData("Australia/Lord_Howe", "09:00", "17:00", "2026-10-02T10:00:00Z", "2026-10-04T22:00:00Z")]
    // A night's work belongs to the day it begins on: Saturday at 3 is still Friday's.
    [InlineData("Europe/Vienna", "22:00", "06:00", "2026-11-28T02:00:00Z", "2026-11-28T02:00:00Z")]
    [InlineData("Europe/Vienna", "22:00", "06:00", "2026-11-28T05:00:00Z", "2026-11-30T21:00:00Z")]
    public void The_next_opening(string zone, string from, string to, string at, string opens)
    {
        var hours = new BusinessHours(
            new HashSet<DayOfWeek> { DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday },
            TimeOnly.Parse(from, CultureInfo.InvariantCulture), TimeOnly.Parse(to, CultureInfo.InvariantCulture), TimeZoneInfo.FindSystemTimeZoneById(zone),
            new HashSet<DateOnly> { new(2026, 12, 25) });
        Assert.Equal(Moment(opens), hours.NextOpen(Moment(at)));
    }

    [Theory]
    // 2:30 does not exist on that night; it is there twice in autumn, and the first counts.
    [InlineData("Europe/Vienna", "2026-03-29T02:30", "2026-03-29T01:00:00Z")]
    [InlineData("Europe/Vienna", "2026-10-25T02:30", "2026-10-25T00:30:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30:00Z")]
    [InlineData("Europe/Vienna", "2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00Z")]
    [InlineData("Europe/Vienna", "2026-12-24", "2026-12-23T23:00:00Z")]
    [InlineData("Europe/Vienna", "soon", null)]
    public void A_written_moment_is_read_on_the_clock_of_the_business(string zone, string text, string? moment) =>
        Assert.Equal(moment is null ? null : Moment(moment), LocalTime.Read(text, TimeZoneInfo.FindSystemTimeZoneById(zone)));

    [Fact]
    public void A_business_that_never_opens_is_not_waited_for() =>
        Assert.Null(new BusinessHours(new HashSet<DayOfWeek>(), new TimeOnly(9, 0), new TimeOnly(17, 0), TimeZoneInfo.Utc, new HashSet<DateOnly>()).NextOpen(Moment("2026-11-23T10:00:00Z")));

    private static DateTimeOffset Moment(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
