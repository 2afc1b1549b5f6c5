using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using BizQ.Core;

namespace BizQ.Agents.Waits;

/// <summary>
/// The settings of a wait as a moment. They may have come out of expressions, so whatever does not fit is said, never guessed;
/// one that is there but empty is not the same as one that is not there.
/// </summary>
internal sealed partial record WaitSettings(JsonElement For, JsonElement Until, HoursSettings? BusinessHours)
{
    public const int MostDays = 400;

    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Most = TimeSpan.FromDays(MostDays);

    /// <summary>When it is over: the earlier of a duration and a moment, then moved to where people work; null when no time is set.</summary>
    public Outcome<DateTimeOffset?> Moment(DateTimeOffset now, string workspaceZone)
    {
        if (Zone(BusinessHours?.TimeZone ?? workspaceZone) is not { } zone)
            return Refusal.Invalid("badTimeZone", $"There is no time zone '{BusinessHours?.TimeZone ?? workspaceZone}'. Use a name such as Europe/Berlin or UTC.");
        var (lasts, until) = (Lasting(now), Ending(zone));
        if ((lasts.Refusal ?? until.Refusal) is { } refusal)
            return refusal;
        var moment = lasts.Value is { } one && until.Value is { } other ? (one < other ? one : other) : lasts.Value ?? until.Value;
        if (BusinessHours is { } hours)
        {
            var read = hours.In(zone);
            if (read.Refusal is { } unclear)
                return unclear;
            var from = moment is { } later && later > now ? later : now;
            if (read.Value.NextOpen(from) is not { } open)
                return Refusal.Invalid("neverOpen", $"Within {MostDays} days of then nobody works by these business hours. Look at its days and holidays.");
            moment = open;
        }
        return moment > now + Most
            ? Refusal.Invalid("waitTooLong", string.Create(CultureInfo.InvariantCulture, $"This would wait until {moment:yyyy-MM-dd}; {MostDays} days are the most."))
            : moment;
    }

    private Outcome<DateTimeOffset?> Lasting(DateTimeOffset now)
    {
        if (For.ValueKind == JsonValueKind.Undefined)
            return (DateTimeOffset?)null;
        if (Duration(For) is not { } lasts || lasts < Least || lasts > Most)
            return Refusal.Invalid("badDuration", $"'{Shown(For)}' is no time to wait: a number and s, min, h or d, such as 30 min, from 1 s to {MostDays} d.");
        return now + lasts;
    }

    private Outcome<DateTimeOffset?> Ending(TimeZoneInfo zone)
    {
        if (Until.ValueKind == JsonValueKind.Undefined)
            return (DateTimeOffset?)null;
        return Until.ValueKind == JsonValueKind.String && LocalTime.Read(Until.GetString()!, zone) is { } moment
            ? moment
            : Refusal.Invalid("badMoment", $"'{Shown(Until)}' is no moment to wait for. Write it like 2026-12-24T18:00 or 2026-12-24T18:00:00+01:00.");
    }

    private static TimeSpan? Duration(JsonElement given)
    {
        if (given.ValueKind == JsonValueKind.Number)
            return given.GetDouble() is var seconds and > 0 and <= 1e9 ? TimeSpan.FromSeconds(seconds) : null;
        if (given.ValueKind != JsonValueKind.String || Written().Match(given.GetString()!) is not { Success: true } match)
            return null;
        var number = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        return match.Groups[2].Value switch
        {
            "s" => TimeSpan.FromSeconds(number),
            "min" => TimeSpan.FromMinutes(number),
            "h" => TimeSpan.FromHours(number),
            _ => TimeSpan.FromDays(number),
        };
    }

    private static TimeZoneInfo? Zone(string id) => TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone) ? zone : null;

    private static string Shown(JsonElement value) => value.ToString() is { Length: > 60 } text ? text[..59] + "…" : value.ToString();

    /// <summary>Eight digits are enough for 400 days in seconds, and few enough for an int.</summary>
    [GeneratedRegex(@"^\s*([1-9][0-9]{0,7}) ?(s|min|h|d)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Written();
}

/// <summary>Business hours as settings; what is left out is Monday to Friday, 9 to 17.</summary>
internal sealed record HoursSettings(IReadOnlyList<string>? Days, string? From, string? To, string? TimeZone, IReadOnlyList<string>? Holidays)
{
    private static readonly string[] Week = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    public Outcome<BusinessHours> In(TimeZoneInfo zone)
    {
        var days = Days is { Count: > 0 } ? Days : ["mon", "tue", "wed", "thu", "fri"];
        if (days.FirstOrDefault(d => !Week.Contains(d)) is { } unknown)
            return Refusal.Invalid("badDay", $"'{unknown}' is no day of the week; they are {string.Join(", ", Week)}.");
        if (Time(From ?? "09:00") is not { } from || Time(To ?? "17:00") is not { } to)
            return Refusal.Invalid("badHours", $"Hours are written like 09:00; here they are '{From}' to '{To}'.");
        var holidays = new HashSet<DateOnly>();
        foreach (var text in Holidays ?? [])
        {
            if (!DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
                return Refusal.Invalid("badHoliday", $"'{text}' is no date; a holiday is written like 2026-12-25.");
            holidays.Add(day);
        }
        return new BusinessHours(days.Select(d => (DayOfWeek)Array.IndexOf(Week, d)).ToHashSet(), from, to, zone, holidays);
    }

    private static TimeOnly? Time(string text) => TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;
}
