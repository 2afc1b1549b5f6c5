using BizQ.Agents.Runtime.Turns;

namespace BizQ.Agents.Cluster;

/// <summary>
/// What one node does for all, such as looking for runs that rest, is done by the first of those that are up. While nodes come and
/// go two may think it is theirs for a moment, so it must be harmless to do twice.
/// </summary>
public sealed class ClusterTurn : ISiloStatusListener, IDisposable
{
    private readonly ISiloStatusOracle _oracle;
    private volatile Action? _changed;

    public ClusterTurn(ISiloStatusOracle oracle)
    {
        _oracle = oracle;
        _oracle.SubscribeToSiloStatusEvents(this);
    }

    /// <summary>Whether this node is the one; a node that is alone always is.</summary>
    public bool Mine => _oracle.GetApproximateSiloStatuses(onlyActive: true).Keys.Order().FirstOrDefault() is { } first && first.Equals(_oracle.SiloAddress);

    /// <summary>This node's part of limits that hold for all nodes that are up together.</summary>
    public NodeShare Share
    {
        get
        {
            var nodes = _oracle.GetApproximateSiloStatuses(onlyActive: true).Keys.Order().ToList();
            return nodes.IndexOf(_oracle.SiloAddress) is >= 0 and var place ? new NodeShare(nodes.Count, place) : NodeShare.Alone;
        }
    }

    /// <summary>Calls <paramref name="changed"/> when a node has come or gone. It must be quick.</summary>
    public void WhenNodesChange(Action changed) => _changed += changed;

    void ISiloStatusListener.SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status is SiloStatus.Active or SiloStatus.Dead)
            _changed?.Invoke();
    }

    public void Dispose() => _oracle.UnSubscribeFromSiloStatusEvents(this);
}
