using System.Text.Json;
using Jint.Runtime;

namespace BizQ.Agents.Runtime.Scripts;

/// <summary>
/// The clock of one evaluation stands at the scope's <c>now</c>, in UTC: a run that is replayed sees what it saw the first
/// time. Parsing dates is Jint's.
/// </summary>
internal sealed class StandingClock(JsonElement scope) : ITimeSystem
{
    private static readonly DefaultTimeSystem Parser = new(TimeZoneInfo.Utc, System.Globalization.CultureInfo.InvariantCulture);

    public TimeZoneInfo DefaultTimeZone => TimeZoneInfo.Utc;

    public DateTimeOffset GetUtcNow() =>
        scope.TryGetProperty("now", out var now) && now.ValueKind == JsonValueKind.String && now.TryGetDateTimeOffset(out var at)
            ? at
            : throw new ScriptLimitException("asks for the time, which is not known here");

    public bool TryParse(string date, out long epochMilliseconds) => Parser.TryParse(date, out epochMilliseconds);

    public TimeSpan GetUtcOffset(long epochMilliseconds) => TimeSpan.Zero;
}
