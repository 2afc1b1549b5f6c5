using System.Globalization;

namespace BizQ.Core.Triggers;

/// <summary>
/// How many runs set each other off before this one. Whatever a run sends out carries its number, and whatever comes in counts
/// one further, so that agents that start each other in a circle, also by way of other systems, come to an end.
/// </summary>
public static class Hops
{
    /// <summary>Of requests and messages that a run sends: the hops of that run.</summary>
    public const string Header = "BizQ-Hops";

    /// <summary>Those of the run that a request or message with this header starts; none given means that no run sent it.</summary>
    public static Outcome<int> After(string? header)
    {
        if (string.IsNullOrEmpty(header))
            return 0;
        return int.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out var hops) && hops < int.MaxValue
            ? hops + 1
            : Refusal.Invalid("badHops", $"{Header} must be the number of runs that led here, such as 2.");
    }
}
