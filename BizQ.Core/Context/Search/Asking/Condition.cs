using System.Globalization;

namespace BizQ.Core.Context;

/// <summary>What a filter compares: one that every entry has, or a field of an entity's data.</summary>
internal enum Told { Field, Type, Kind, Updated, Created, Key, Name, Source, Verified, Tag, Phrase }

/// <summary>A filter that can be asked: the field as it is written in the data, the value as what it can be read as.</summary>
internal sealed record Condition(Told Of, string Field, Comparison Comparison, string Text, bool Not, string Written)
{
    /// <summary>The value as a number, a day or yes and no, when it can be read so.</summary>
    public double? Number { get; } = double.TryParse(Text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    public DateOnly? Day { get; } = Text.Length >= 10 && DateOnly.TryParseExact(Text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    public bool? Yes { get; } = Text.ToLowerInvariant() switch { "yes" or "true" => true, "no" or "false" => false, _ => null };

    /// <summary>The first moment that is in the day, and the first that is after it.</summary>
    public (DateTimeOffset From, DateTimeOffset To) Span =>
        (new DateTimeOffset(Day!.Value, TimeOnly.MinValue, TimeSpan.Zero), new DateTimeOffset(Day.Value.AddDays(Day == DateOnly.MaxValue ? 0 : 1), TimeOnly.MinValue, TimeSpan.Zero));
}
