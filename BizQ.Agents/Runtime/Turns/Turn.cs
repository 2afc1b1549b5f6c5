namespace BizQ.Agents.Runtime.Turns;

/// <summary>The right to drive one run; dispose it when the run rests.</summary>
public sealed class Turn(FairTurns turns) : IDisposable
{
    private bool _over;

    internal Lane? Lane { get; set; }

    /// <summary>Whether the run may be driven: a turn that came out of a queue may, one that was taken at once is checked against the limits.</summary>
    public bool IsFor(QueuePlace place) => Lane is not null || turns.Settle(this, place);

    public void Dispose()
    {
        if (_over)
            return;
        _over = true;
        turns.GiveBack(this);
    }
}

/// <summary>What one workspace has under way and waiting.</summary>
internal sealed class Share(Guid workspaceId)
{
    public Guid WorkspaceId => workspaceId;
    public int Most { get; set; }
    public int InFlight { get; set; }
    public Dictionary<Guid, Lane> Lanes { get; } = [];
    /// <summary>Its agents that could start a run, in turn.</summary>
    public Queue<Lane> Ready { get; } = new();
    public bool AmongIdle { get; set; }
    public bool AmongBusy { get; set; }
}

/// <summary>The runs of one agent, behind each other.</summary>
internal sealed class Lane(Share share, Guid agentId)
{
    public Share Share => share;
    public Guid AgentId => agentId;
    public int Most { get; set; }
    public int InFlight { get; set; }
    public LinkedList<Waiter> Waiting { get; } = new();
    /// <summary>It stands among its workspace's ready ones.</summary>
    public bool IsReady { get; set; }
    /// <summary>Some of its runs were left in the database.</summary>
    public bool Left { get; set; }
    public bool CouldStart => Waiting.Count > 0 && InFlight < Most;
}

/// <summary>A run that waits for its turn.</summary>
internal sealed class Waiter
{
    public Waiter(Lane lane) => (Lane, Node) = (lane, new LinkedListNode<Waiter>(this));

    public Lane Lane { get; }
    public LinkedListNode<Waiter> Node { get; }
    public TaskCompletionSource<Turn?> Source { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The registration goes when the turn has come.</summary>
    public void StopWith(CancellationTokenRegistration registration) =>
        _ = Source.Task.ContinueWith(_ => registration.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
