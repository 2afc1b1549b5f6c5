using BizQ.Core.Data.Rows;
using BizQ.Core.Monitoring;

namespace BizQ.Agents.Cluster;

/// <summary>Whether grains can be called, and with them whether runs move.</summary>
internal sealed class ClusterState(GroupCommit journal) : ILifecycleParticipant<ISiloLifecycle>, IWorkingPart
{
    private volatile bool _up;

    public bool Up => _up;

    public string Part => "runtime";

    public Task<string?> Problem(CancellationToken cancel) => Task.FromResult(_up ? journal.Problem : "is starting or stopping");

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
