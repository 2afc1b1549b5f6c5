using System.Text.Json;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace BizQ.Core.Data;

/// <summary>JSON as text: jsonb on PostgreSQL, TEXT on SQLite. Where the exact bytes matter (an effect's arguments) a string is used instead.</summary>
internal sealed class JsonElementConverter() : ValueConverter<JsonElement, string>(
    element => StorableJson.Of(element.GetRawText()),
    text => JsonElement.Parse(text, default));

internal sealed class JsonElementComparer() : ValueComparer<JsonElement>(
    (left, right) => Same(left, right),
    element => element.GetRawText().GetHashCode(StringComparison.Ordinal),
    element => element)
{
    /// <summary>By what would be stored: half a surrogate pair, which comes in from outside, cannot be compared as text.</summary>
    private static bool Same(JsonElement left, JsonElement right)
    {
        if (left.ValueKind is JsonValueKind.Undefined || right.ValueKind is JsonValueKind.Undefined)
            return left.ValueKind == right.ValueKind;
        var (one, other) = (StorableJson.Of(left.GetRawText()), StorableJson.Of(right.GetRawText()));
        return one == other || JsonElement.DeepEquals(JsonElement.Parse(one), JsonElement.Parse(other));
    }
}

/// <summary>SQLite cannot order DateTimeOffset: microseconds since 1970 in UTC, which is PostgreSQL's precision too.</summary>
internal sealed class MicrosecondsConverter() : ValueConverter<DateTimeOffset, long>(
    time => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond,
    micros => new DateTimeOffset((micros * TimeSpan.TicksPerMicrosecond) + DateTimeOffset.UnixEpoch.Ticks, TimeSpan.Zero));
