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
