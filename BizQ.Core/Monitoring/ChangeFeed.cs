namespace BizQ.Core.Monitoring;

/// <summary>Something in a room changed: enough to know what to load again, never the data itself.</summary>
public readonly record struct Change(Guid WorkspaceId, string Room, Guid Id);

/// <summary>Tells those who listen in this process what was committed. Saving through BizQDb publishes by itself.</summary>
public sealed class ChangeFeed
{
    private readonly Lock _gate = new();
    private Subscription[] _subscriptions = [];

    /// <summary>Calls <paramref name="heard"/> for each change of the workspace until disposed. It must be quick and must not throw.</summary>
    public IDisposable Subscribe(Guid workspaceId, Action<Change> heard) => Add(workspaceId, heard);

    /// <summary>The same for the changes of all workspaces: for the product's own parts, never for a page.</summary>
    public IDisposable SubscribeAll(Action<Change> heard) => Add(null, heard);

    private Subscription Add(Guid? workspaceId, Action<Change> heard)
    {
        var subscription = new Subscription(this, workspaceId, heard);
        lock (_gate)
            _subscriptions = [.. _subscriptions, subscription];
        return subscription;
    }

    public void Publish(in Change change)
    {
        foreach (var subscription in _subscriptions)
        {
            if (subscription.WorkspaceId is null || subscription.WorkspaceId == change.WorkspaceId)
                subscription.Heard(change);
        }
    }

    private void Remove(Subscription subscription)
    {
        lock (_gate)
            _subscriptions = [.. _subscriptions.Where(s => s != subscription)];
    }

    private sealed record Subscription(ChangeFeed Feed, Guid? WorkspaceId, Action<Change> Heard) : IDisposable
    {
        public void Dispose() => Feed.Remove(this);
    }
}
