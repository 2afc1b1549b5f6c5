using System.Collections.Concurrent;

namespace BizQ.Core.Monitoring;

/// <summary>Something in a room changed: enough to know what to load again, never the data itself.</summary>
public readonly record struct Change(Guid WorkspaceId, string Room, Guid Id)
{
    private const string AnyRoom = "*";

    /// <summary>Anything of the workspace may have changed: said when this node could not hear the others for a while, or too much changed to say what.</summary>
    public static Change Anything(Guid workspaceId) => new(workspaceId, AnyRoom, Guid.Empty);

    public bool MayBeAnything => Room == AnyRoom;

    public bool IsIn(string room) => Room == room || MayBeAnything;

    public bool IsAbout(string room, Guid id) => (Room == room && Id == id) || MayBeAnything;
}

/// <summary>
/// Tells those who listen what was committed, here and on every other node. Saving through BizQDb publishes by itself. A change
/// of another node comes a moment later, and after a broken connection <see cref="Change.Anything"/> stands for all that was missed.
/// </summary>
public sealed class ChangeFeed
{
    private readonly Lock _gate = new();
    // By workspace: a node serves thousands of pages of hundreds of workspaces, and each change concerns one of them.
    private readonly ConcurrentDictionary<Guid, Subscription[]> _ofWorkspace = new();
    private Subscription[] _ofAll = [];
    private Subscription[] _ofHere = [];

    /// <summary>Calls <paramref name="heard"/> for each change of the workspace until disposed. It must be quick and must not throw.</summary>
    public IDisposable Subscribe(Guid workspaceId, Action<Change> heard)
    {
        var subscription = new Subscription(this, workspaceId, heard);
        lock (_gate)
            _ofWorkspace[workspaceId] = [.. _ofWorkspace.GetValueOrDefault(workspaceId, []), subscription];
        return subscription;
    }

    /// <summary>The same for the changes of all workspaces: for the product's own parts, never for a page.</summary>
    public IDisposable SubscribeAll(Action<Change> heard)
    {
        var subscription = new Subscription(this, null, heard);
        lock (_gate)
            _ofAll = [.. _ofAll, subscription];
        return subscription;
    }

    /// <summary>Only what is committed by this process: for whoever carries it to the other nodes.</summary>
    public IDisposable SubscribeHere(Action<Change> heard)
    {
        var subscription = new Subscription(this, null, heard);
        lock (_gate)
            _ofHere = [.. _ofHere, subscription];
        return subscription;
    }

    /// <summary>This process has committed a change.</summary>
    public void Publish(in Change change)
    {
        Call(_ofHere, change);
        Hear(change);
    }

    /// <summary>Another node has committed a change.</summary>
    public void Hear(in Change change)
    {
        Call(_ofAll, change);
        if (_ofWorkspace.TryGetValue(change.WorkspaceId, out var concerned))
            Call(concerned, change);
    }

    /// <summary>Other nodes may have committed anything without our hearing it.</summary>
    public void HearAnything()
    {
        Call(_ofAll, Change.Anything(Guid.Empty));
        foreach (var (workspace, concerned) in _ofWorkspace)
            Call(concerned, Change.Anything(workspace));
    }

    private static void Call(Subscription[] subscriptions, in Change change)
    {
        foreach (var subscription in subscriptions)
            subscription.Heard(change);
    }

    private void Remove(Subscription subscription)
    {
        lock (_gate)
        {
            if (subscription.WorkspaceId is not { } workspace)
            {
                (_ofAll, _ofHere) = (Without(_ofAll, subscription), Without(_ofHere, subscription));
                return;
            }
            var left = Without(_ofWorkspace.GetValueOrDefault(workspace, []), subscription);
            if (left.Length > 0)
                _ofWorkspace[workspace] = left;
            else
                _ofWorkspace.TryRemove(workspace, out _);
        }
    }

    private static Subscription[] Without(Subscription[] all, Subscription one) => all.Contains(one) ? [.. all.Where(s => s != one)] : all;

    private sealed class Subscription(ChangeFeed feed, Guid? workspaceId, Action<Change> heard) : IDisposable
    {
        public Guid? WorkspaceId => workspaceId;

        public Action<Change> Heard => heard;

        public void Dispose() => feed.Remove(this);
    }
}
