using System.Globalization;
using BizQ.Core;

namespace BizQ.Web.Context;

/// <summary>The moment an address asks about: <c>?asOf=2026-11-20</c> (the end of that day) or <c>?asOf=2026-11-20T09:30:00Z</c>.</summary>
internal static class AsOf
{
    public static Outcome<DateTimeOffset?> Read(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return (DateTimeOffset?)null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day < DateOnly.MaxValue)
            return new DateTimeOffset(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero).AddMicroseconds(-1);
        // The sign of an offset that was not escaped arrives as a space.
        return DateTimeOffset.TryParse(text.Replace(' ', '+'), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment)
            ? moment
            : Refusal.Invalid("badAsOf", "asOf is a day or a moment: 2026-11-20 (the end of it, UTC) or 2026-11-20T09:30:00Z.");
    }
}
