using BizQ.Core.Monitoring;

namespace BizQ.Tests.Kit;

/// <summary>
/// Waits for what other parts of the process do, woken by what they commit and never by the clock. The bound is there only so
/// that a broken test ends.
/// </summary>
public static class Eventually
{
    /// <summary>Longer than anything takes on a busy two-core machine.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    /// <summary>The first value that is not null, looked up now and after every commit in the workspace.</summary>
    public static async Task<T> Get<T>(ChangeFeed changes, Guid workspaceId, Func<Task<T?>> look, string what, TimeSpan? bound = null) where T : class
    {
        using var signal = new SemaphoreSlim(0);
        using var subscription = changes.Subscribe(workspaceId, _ => signal.Release());
        using var end = new CancellationTokenSource(bound ?? Bound, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, TestContext.Current.CancellationToken);
        while (true)
        {
            if (await look() is { } found)
                return found;
            try
            {
                await signal.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                throw new TimeoutException($"Waited {(bound ?? Bound).TotalSeconds:0} s in vain for {what}.");
            }
            // A burst of commits is one reason to look.
            while (await signal.WaitAsync(0, CancellationToken.None))
            {
            }
        }
    }

    public static Task True(ChangeFeed changes, Guid workspaceId, Func<Task<bool>> look, string what, TimeSpan? bound = null) =>
        Get(changes, workspaceId, async () => await look() ? "" : null, what, bound);
}
