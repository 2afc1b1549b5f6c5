using BizQ.Core.Runs;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Cluster;

/// <summary>Wakes the grain of a run, wherever it is. Before the cluster has started and while it stops, recovery does it instead.</summary>
internal sealed class WakeRuns(IGrainFactory grains, ClusterState state, ILogger<WakeRuns> log) : IWakeRuns
{
    public async ValueTask Wake(Guid runId) => await Call(runId, async grain =>
    {
        await grain.Wake();
        return true;
    });

    public ValueTask<bool> Nudge(Guid runId) => Call(runId, grain => grain.Nudge());

    private async ValueTask<bool> Call(Guid runId, Func<IRunGrain, Task<bool>> what)
    {
        if (!state.Up)
            return false;
        try
        {
            return await what(grains.GetGrain<IRunGrain>(runId));
        }
        catch (Exception problem) when (problem is OrleansException or TimeoutException or ObjectDisposedException or InvalidOperationException)
        {
            log.LogDebug(problem, "Run {Run} could not be woken now; recovery will", runId);
            return false;
        }
    }
}
