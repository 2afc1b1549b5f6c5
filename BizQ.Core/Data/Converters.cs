using System.Text.Json;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace BizQ.Core.Data;

/// <summary>JSON as text: jsonb on PostgreSQL, TEXT on SQLite. Where the exact bytes matter (an effect's arguments) a string is used instead.</summary>
internal sealed class JsonElementConverter() : ValueConverter<JsonElement, string>(
    element => element.GetRawText(),
    text => JsonElement.Parse(text, default));

internal sealed class JsonElementComparer() : ValueComparer<JsonElement>(
    (left, right) => JsonElement.DeepEquals(left, right),
    element => element.GetRawText().GetHashCode(StringComparison.Ordinal),
    element => element);

/// <summary>SQLite cannot order DateTimeOffset: microseconds since 1970 in UTC, which is PostgreSQL's precision too.</summary>
internal sealed class MicrosecondsConverter() : ValueConverter<DateTimeOffset, long>(
    time => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond,
    micros => new DateTimeOffset((micros * TimeSpan.TicksPerMicrosecond) + DateTimeOffset.UnixEpoch.Ticks, TimeSpan.Zero));
