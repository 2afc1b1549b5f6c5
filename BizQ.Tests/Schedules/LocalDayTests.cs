using System.Globalization;
using BizQ.Agents.Schedules;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Tests.Runtime;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace BizQ.Tests.Schedules;

/// <summary>A daily schedule fires once on every day there is, whatever the clocks of its place do.</summary>
public sealed class LocalDayTests
{
    /// <summary>Times of day that the changes below skip, repeat, or leave alone.</summary>
    private static readonly string[] Times = ["00:00", "00:30", "01:30", "01:45", "02:00", "02:15", "02:30", "02:45", "03:00", "08:00", "23:59"];

    [Theory]
    // Clocks go forward by an hour and back.
    [InlineData("Europe/Vienna", "2026-03-29")]
    [InlineData("Europe/Vienna", "2026-10-25")]
    [InlineData("America/New_York", "2026-03-08")]
    [InlineData("America/New_York", "2026-11-01")]
    // By half an hour.
    [InlineData("Australia/Lord_Howe", "2026-10-04")]
    [InlineData("Australia/Lord_Howe", "2026-04-05")]
    // At midnight: the day begins at one.
    [InlineData("Africa/Cairo", "2026-04-24")]
    [InlineData("Africa/Cairo", "2026-10-29")]
    // At the date line.
    [InlineData("Pacific/Auckland", "2026-09-27")]
    [InlineData("Pacific/Auckland", "2026-04-05")]
    [InlineData("Pacific/Chatham", "2026-09-27")]
    [InlineData("Pacific/Apia", "2011-09-24")]
    [InlineData("Pacific/Apia", "2012-04-01")]
    [InlineData("Pacific/Kiritimati", "2026-06-30")]
    public void Once_on_each_day_that_the_place_has(string place, string change)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(place);
        var day = DateOnly.Parse(change, CultureInfo.InvariantCulture);
        var (from, to) = (Utc(day.AddDays(-4), zone), Utc(day.AddDays(4), zone));
        var days = DaysBetween(from, to, zone);
        foreach (var time in Times)
        {
            var at = TimeOnly.Parse(time, CultureInfo.InvariantCulture);
            var fired = Firings($"0 {at.Minute} {at.Hour} * * ?", place, from, to);
            Assert.True(days.SequenceEqual(fired.Select(f => Local(f, zone).Date)), $"{time} in {place} fired at {string.Join(", ", fired.Select(f => Local(f, zone).ToString("u", CultureInfo.InvariantCulture)))}");
            // On the minute, unless the clocks skip it: then at the moment they moved.
            Assert.All(fired, f => Assert.True(
                Local(f, zone).TimeOfDay == at.ToTimeSpan() || zone.IsInvalidTime(DateOnly.FromDateTime(Local(f, zone)).ToDateTime(at)),
                $"{time} in {place} fired at {Local(f, zone):u}"));
        }
    }

    [Theory]
    [InlineData("Australia/Lord_Howe", "2026-04-05")]
    [InlineData("Australia/Lord_Howe", "2026-10-04")]
    [InlineData("Pacific/Auckland", "2026-04-05")]
    [InlineData("Pacific/Apia", "2012-04-01")]
    public void Every_quarter_of_an_hour_is_a_quarter_of_an_hour_of_real_time(string place, string change)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(place);
        var from = Utc(DateOnly.Parse(change, CultureInfo.InvariantCulture).AddDays(-1), zone);
        var fired = Firings("0 0/15 * * * ?", place, from, from.AddDays(3));
        Assert.All(fired.Zip(fired.Skip(1)), pair => Assert.Equal(TimeSpan.FromMinutes(15), pair.Second - pair.First));
    }

    /// <summary>Both moved across the date line: a day that was not there has no morning, and no other day has two.</summary>
    [Theory]
    [InlineData("Pacific/Apia", "2011-12-30")]
    [InlineData("Pacific/Kiritimati", "1994-12-31")]
    public void A_day_that_was_left_out_is_passed_over(string place, string leftOut)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(place);
        var day = DateOnly.Parse(leftOut, CultureInfo.InvariantCulture);
        var (from, to) = (Utc(day.AddDays(-4), zone), Utc(day.AddDays(4), zone));
        Assert.Equal(DaysBetween(from, to, zone), Firings("0 0 8 * * ?", place, from, to).Select(f => Local(f, zone).Date));
    }

    /// <summary>The same through the scheduler, day by day, on a clock that is moved.</summary>
    [Theory]
    [InlineData("2026-04-04")]
    [InlineData("2026-10-03")]
    public async Task The_scheduler_fires_on_Lord_Howe_once_a_day_over_the_change_of_half_an_hour(string before)
    {
        const string place = "Australia/Lord_Howe";
        var zone = TimeZoneInfo.FindSystemTimeZoneById(place);
        var day = DateOnly.Parse(before, CultureInfo.InvariantCulture);
        var clock = new FakeTimeProvider(Utc(day, zone));
        await using var stage = await Stage.Set(Engine.Sqlite, new Script(), clock);
        // Quarter to two comes twice in April, quarter past two not at all in October.
        var cron = before.Contains("-04-", StringComparison.Ordinal) ? "0 45 1 * * ?" : "0 15 2 * * ?";
        var agent = await stage.Agent(Graphs.Definition("start:trigger", "") with { Triggers = [new TriggerDefinition("night", "schedule", cron, place)] });
        await stage.Host.Get<AgentSchedules>().Sync(stage.Owner.WorkspaceId, agent.Id, TestContext.Current.CancellationToken);
        for (var night = 1; night <= 3; night++)
        {
            // From a quarter of an hour before it is due to well after the clocks have moved.
            var due = CronText.NextAfter(cron, place, clock.GetUtcNow())!.Value;
            foreach (var moment in new[] { due.AddSeconds(1), due.AddMinutes(31), due.AddHours(20) })
            {
                clock.SetUtcNow(moment);
                await Runs(stage, night);
            }
        }
        var runs = await Runs(stage, 3);
        Assert.Equal([day, day.AddDays(1), day.AddDays(2)], runs.Select(run => DateOnly.FromDateTime(Local(run.Input.GetProperty("firedAt").GetDateTimeOffset(), zone))));
    }

    private static Task<List<Run>> Runs(Stage stage, int count) => stage.Host.Until(
        stage.Owner.WorkspaceId,
        async db => await db.Runs.AsNoTracking().OrderBy(r => r.Id).ToListAsync() is { } runs && runs.Count >= count ? runs : null,
        $"firing {count}");

    private static List<DateTimeOffset> Firings(string cron, string zone, DateTimeOffset from, DateTimeOffset to)
    {
        var firings = new List<DateTimeOffset>();
        for (var next = CronText.NextAfter(cron, zone, from.AddSeconds(-1)); next < to; next = CronText.NextAfter(cron, zone, next.Value))
            firings.Add(next.Value);
        return firings;
    }

    /// <summary>The first moment of a day; the next day's where the place left it out.</summary>
    private static DateTimeOffset Utc(DateOnly day, TimeZoneInfo zone)
    {
        var around = new DateTimeOffset(day.AddDays(-2).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        for (var hour = 0; ; hour++)
        {
            if (DateOnly.FromDateTime(Local(around.AddMinutes(15 * hour), zone)) >= day)
                return around.AddMinutes(15 * hour);
        }
    }

    private static List<DateTime> DaysBetween(DateTimeOffset from, DateTimeOffset to, TimeZoneInfo zone)
    {
        var days = new List<DateTime>();
        for (var moment = from; moment < to; moment = moment.AddMinutes(15))
        {
            if (days.Count == 0 || days[^1] != Local(moment, zone).Date)
                days.Add(Local(moment, zone).Date);
        }
        return days;
    }

    private static DateTime Local(DateTimeOffset moment, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(moment, zone).DateTime;
}
