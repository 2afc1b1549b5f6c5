using BizQ.Agents.Runtime;
using Orleans.Concurrency;

namespace BizQ.Agents.Cluster;

/// <summary>A run while something is to be done about it; its key is the run's id. The cluster keeps at most one of it alive.</summary>
internal interface IRunGrain : IGrainWithGuidKey
{
    /// <summary>Something about the run has changed: look at it, again if it is being worked on.</summary>
    [AlwaysInterleave]
    Task Wake();

    /// <summary>Sets the run going and returns true, unless it is being worked on.</summary>
    [AlwaysInterleave]
    Task<bool> Nudge();
}

/// <summary>Only calls the runtime, one drive at a time, and goes away when the run rests.</summary>
internal sealed class RunGrain(RunLoop loop) : Grain, IRunGrain, IDisposable
{
    /// <summary>Orleans would collect a grain that is called by nobody, however busy it is with itself.</summary>
    private static readonly TimeSpan StayAlive = TimeSpan.FromDays(1);

    private readonly CancellationTokenSource _stop = new();
    private Task _work = Task.CompletedTask;
    private bool _again;

    public Task Wake()
    {
        _again = true;
        if (_work.IsCompleted && !_stop.IsCancellationRequested)
        {
            DelayDeactivation(StayAlive);
            _work = Work();
        }
        return Task.CompletedTask;
    }

    public async Task<bool> Nudge()
    {
        if (!_work.IsCompleted)
            return false;
        await Wake();
        return true;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _work.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    public void Dispose() => _stop.Dispose();

    private async Task Work()
    {
        var id = this.GetPrimaryKey();
        do
        {
            _again = false;
            // The run's parallel branches run in parallel: off the grain's own scheduler.
            await Task.Run(() => loop.Drive(id, _stop.Token), CancellationToken.None);
        }
        while (_again && !_stop.IsCancellationRequested);
        DeactivateOnIdle();
    }
}
