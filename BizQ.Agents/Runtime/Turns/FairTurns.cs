namespace BizQ.Agents.Runtime.Turns;

/// <summary>
/// Decides whose run is driven next. While there is room everybody goes straight in. In a crowd workspaces take turns, and
/// within one its agents, so that a backlog of a hundred thousand costs only those whose it is. A workspace that has nothing
/// under way goes before all others and is let in even where there is no room left: its first run never waits until somebody
/// else's long ones have ended.
/// </summary>
public sealed class FairTurns(int room)
{
    /// <summary>Runs of one agent that wait here. Further ones stay in the database, where waiting costs no memory.</summary>
    public const int MostWaiting = 256;

    /// <summary>When so few are left waiting, those that were left in the database are asked for.</summary>
    private const int FewWaiting = MostWaiting / 4;

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Share> _shares = [];
    private readonly Queue<Share> _idle = new();
    private readonly Queue<Share> _busy = new();
    private int _inFlight;

    /// <summary>There is place again for runs that were left in the database.</summary>
    public Action? Drained { get; set; }

    /// <summary>For a run nobody has looked at yet: a turn at once, or null when there is no room.</summary>
    public Turn? TryTake()
    {
        lock (_gate)
        {
            if (_inFlight >= room)
                return null;
            _inFlight++;
            return new Turn(this);
        }
    }

    /// <summary>Completes when it is this run's turn; at once with null when too many of its agent wait already.</summary>
    public Task<Turn?> Wait(QueuePlace place, CancellationToken stop)
    {
        Waiter waiter;
        lock (_gate)
        {
            var lane = LaneOf(place);
            if (lane.Waiting.Count >= MostWaiting)
            {
                lane.Left = true;
                return Task.FromResult<Turn?>(null);
            }
            waiter = new Waiter(lane);
            lane.Waiting.AddLast(waiter.Node);
            Offer(lane);
            Pump();
        }
        if (!waiter.Source.Task.IsCompleted)
            waiter.StopWith(stop.UnsafeRegister(_ => Abandon(waiter, stop), null));
        return waiter.Source.Task;
    }

    /// <summary>How many more runs of this agent could wait here.</summary>
    public int RoomFor(Guid workspaceId, Guid agentId)
    {
        lock (_gate)
            return MostWaiting - (_shares.GetValueOrDefault(workspaceId)?.Lanes.GetValueOrDefault(agentId)?.Waiting.Count ?? 0);
    }

    /// <summary>Somebody has left runs of this agent in the database for want of room: they are asked for when there is some again.</summary>
    public void Leave(Guid workspaceId, Guid agentId)
    {
        lock (_gate)
        {
            var lane = _shares.GetValueOrDefault(workspaceId)?.Lanes.GetValueOrDefault(agentId);
            if (lane is { Waiting.Count: > FewWaiting })
            {
                lane.Left = true;
                return;
            }
        }
        Drained?.Invoke();
    }

    /// <summary>Says whose the turn is that was taken before anybody knew; false when its agent or workspace has as many as it may.</summary>
    internal bool Settle(Turn turn, QueuePlace place)
    {
        lock (_gate)
        {
            var lane = LaneOf(place);
            if (lane.InFlight >= lane.Most || lane.Share.InFlight >= lane.Share.Most)
            {
                Forget(lane);
                return false;
            }
            turn.Lane = lane;
            lane.InFlight++;
            lane.Share.InFlight++;
            return true;
        }
    }

    internal void GiveBack(Turn turn)
    {
        lock (_gate)
        {
            _inFlight--;
            if (turn.Lane is { } lane)
            {
                lane.InFlight--;
                lane.Share.InFlight--;
                Offer(lane);
                Offer(lane.Share);
                Forget(lane);
            }
            Pump();
        }
    }

    private void Pump()
    {
        while (Next() is { } lane)
        {
            var waiter = lane.Waiting.First!.Value;
            lane.Waiting.RemoveFirst();
            lane.InFlight++;
            lane.Share.InFlight++;
            _inFlight++;
            Offer(lane);
            Offer(lane.Share);
            if (lane.Left && lane.Waiting.Count <= FewWaiting)
            {
                lane.Left = false;
                Drained?.Invoke();
            }
            waiter.Source.SetResult(new Turn(this) { Lane = lane });
        }
    }

    private Lane? Next()
    {
        // Beyond the room, but not without end: as many again.
        while (_inFlight < 2 * room && _idle.TryDequeue(out var share))
        {
            share.AmongIdle = false;
            if (share.InFlight > 0)
                Offer(share);
            else if (Take(share) is { } lane)
                return lane;
        }
        while (_inFlight < room && _busy.TryDequeue(out var share))
        {
            share.AmongBusy = false;
            if (Take(share) is { } lane)
                return lane;
        }
        return null;
    }

    private static Lane? Take(Share share)
    {
        while (share.InFlight < share.Most && share.Ready.TryDequeue(out var lane))
        {
            lane.IsReady = false;
            if (lane.CouldStart)
                return lane;
        }
        return null;
    }

    private void Offer(Lane lane)
    {
        if (lane.IsReady || !lane.CouldStart)
            return;
        lane.IsReady = true;
        lane.Share.Ready.Enqueue(lane);
        Offer(lane.Share);
    }

    private void Offer(Share share)
    {
        if (share.Ready.Count == 0 || share.InFlight >= share.Most)
            return;
        if (share.InFlight == 0 && !share.AmongIdle)
        {
            share.AmongIdle = true;
            _idle.Enqueue(share);
        }
        else if (share.InFlight > 0 && !share.AmongBusy)
        {
            share.AmongBusy = true;
            _busy.Enqueue(share);
        }
    }

    private void Abandon(Waiter waiter, CancellationToken stop)
    {
        lock (_gate)
        {
            // Its turn has come in the same moment: then whoever asked gives it back.
            if (waiter.Node.List is null)
                return;
            waiter.Lane.Waiting.Remove(waiter.Node);
            Forget(waiter.Lane);
        }
        waiter.Source.TrySetCanceled(stop);
    }

    private Lane LaneOf(QueuePlace place)
    {
        if (!_shares.TryGetValue(place.WorkspaceId, out var share))
            _shares[place.WorkspaceId] = share = new Share(place.WorkspaceId);
        if (!share.Lanes.TryGetValue(place.AgentId, out var lane))
            share.Lanes[place.AgentId] = lane = new Lane(share, place.AgentId);
        // Limits may have been changed since the last run was seen.
        (share.Most, lane.Most) = (place.MostOfWorkspace, place.MostOfAgent);
        return lane;
    }

    /// <summary>A lane without runs is not kept. One that still stands among the ready ones is met there, found empty and passed over.</summary>
    private void Forget(Lane lane)
    {
        if (lane.InFlight > 0 || lane.Waiting.Count > 0)
            return;
        lane.Share.Lanes.Remove(lane.AgentId);
        if (lane.Share.Lanes.Count == 0)
            _shares.Remove(lane.Share.WorkspaceId);
    }
}
