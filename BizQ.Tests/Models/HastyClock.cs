using System.Collections.Concurrent;

namespace BizQ.Tests.Models;

/// <summary>A clock on which nobody waits for pauses: a short one is over at once and written down, a long one is a real time limit.</summary>
public sealed class HastyClock : TimeProvider
{
    /// <summary>Pauses between tries are shorter than this, the time limits in these tests longer.</summary>
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(30);

    public ConcurrentQueue<TimeSpan> Pauses { get; } = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime < TimeSpan.Zero || dueTime >= s_short)
            return base.CreateTimer(callback, state, dueTime, period);
        Pauses.Enqueue(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
