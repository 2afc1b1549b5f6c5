using BizQ.Core.Runs;

namespace BizQ.Agents.Cluster;

/// <summary>Wakes the grain of a run.</summary>
internal sealed class WakeRuns : IWakeRuns
{
    public ValueTask Wake(Guid runId) => ValueTask.CompletedTask;
}
