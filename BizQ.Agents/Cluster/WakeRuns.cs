using BizQ.Core.Runs;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Cluster;

/// <summary>Wakes the grain of a run, wherever it is. Before the cluster has started and while it stops, recovery does it instead.</summary>
internal sealed class WakeRuns(IGrainFactory grains, ClusterState state, ILogger<WakeRuns> log) : IWakeRuns
{
    public async ValueTask Wake(Guid runId)
    {
        if (!state.Up)
            return;
        try
        {
            await grains.GetGrain<IRunGrain>(runId).Wake();
        }
        catch (Exception problem) when (problem is OrleansException or TimeoutException or ObjectDisposedException or InvalidOperationException)
        {
            log.LogDebug(problem, "Run {Run} could not be woken now; recovery will", runId);
        }
    }
}

/// <summary>Whether grains can be called.</summary>
internal sealed class ClusterState : ILifecycleParticipant<ISiloLifecycle>
{
    private volatile bool _up;

    public bool Up => _up;

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(ClusterState),
        ServiceLifecycleStage.Active,
        _ =>
        {
            _up = true;
            return Task.CompletedTask;
        },
        _ =>
        {
            _up = false;
            return Task.CompletedTask;
        });
}
