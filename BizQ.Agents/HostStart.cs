using Microsoft.Extensions.Hosting;

namespace BizQ.Agents;

/// <summary>For parts that begin once the whole host has started.</summary>
internal static class HostStart
{
    /// <summary>
    /// True once it has; false when the start is given up first (a port in use), which is the host's to report and no failure of
    /// whoever waits: an exception here would be logged as a crash of the background service.
    /// </summary>
    public static async Task<bool> HasStarted(this IHostApplicationLifetime lifetime, CancellationToken stop)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return started.Task.IsCompleted;
    }
}
