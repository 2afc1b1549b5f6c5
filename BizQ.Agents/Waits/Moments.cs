namespace BizQ.Agents.Waits;

/// <summary>Between those who park runs and <see cref="Timers"/>, which wakes them: a moment that comes before the next look ends the sleep.</summary>
public sealed class Moments
{
    private TaskCompletionSource _sooner = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _sleepsUntil;

    /// <summary>A run of this process now rests until then.</summary>
    public void Expect(DateTimeOffset at)
    {
        if (at.UtcTicks < Volatile.Read(ref _sleepsUntil))
            Volatile.Read(ref _sooner).TrySetResult();
    }

    /// <summary>Completes when a run is parked that is due before then.</summary>
    public Task SleepUntil(DateTimeOffset next)
    {
        var sooner = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _sooner, sooner);
        Volatile.Write(ref _sleepsUntil, next.UtcTicks);
        return sooner.Task;
    }
}
