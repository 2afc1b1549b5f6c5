using BizQ.Core.Runs;

namespace BizQ.Agents.Runtime.Flow;

/// <summary>The steps of one body of nodes: those of the run itself, or those of one round of a loop.</summary>
public sealed class Frame
{
    private readonly Dictionary<string, RunStep> _latest = new(StringComparer.Ordinal);
    private readonly List<RunStep> _steps = [];
    private readonly Dictionary<string, Rounds> _loops = new(StringComparer.Ordinal);

    internal Frame(string path, Rounds? of, int round) => (Path, Of, Round) = (path, of, round);

    public string Path { get; }

    /// <summary>The loop this is a round of; null for the run itself.</summary>
    public Rounds? Of { get; }

    /// <summary>Which round of it, from 0.</summary>
    public int Round { get; }

    /// <summary>In the order they were recorded, without those of the loops inside.</summary>
    public IReadOnlyList<RunStep> Steps => _steps;

    /// <summary>The step that counts for each node: the newest one that no retry has set aside.</summary>
    public IReadOnlyCollection<RunStep> Latest => _latest.Values;

    public IReadOnlyCollection<Rounds> Loops => _loops.Values;

    public RunStep? StepOf(string nodeId) => _latest.GetValueOrDefault(nodeId);

    /// <summary>What an earlier attempt at a node left behind when a person let it run again.</summary>
    public RunStep? Before(string nodeId) => _steps.FindLast(s => s.NodeId == nodeId && s.Status == StepStatus.Retried);

    public Rounds RoundsOf(string loopId)
    {
        if (!_loops.TryGetValue(loopId, out var rounds))
            _loops[loopId] = rounds = new Rounds(this, loopId);
        return rounds;
    }

    /// <summary>All steps of this frame and of the rounds under way inside of it.</summary>
    public IEnumerable<RunStep> All() => _steps.Concat(_loops.Values.SelectMany(loop => loop.UnderWay.SelectMany(round => round.All())));

    /// <summary>Takes what failed, or was given up, out of the way, so that its nodes run again; in loops inside of it too. Returns the steps.</summary>
    internal IReadOnlyList<RunStep> SetAside()
    {
        var aside = _latest.Values.Where(s => s is { LiveEdges: null, Status: StepStatus.Failed or StepStatus.Skipped }).OrderBy(s => s.Sequence).ToList();
        foreach (var step in aside)
        {
            step.Status = StepStatus.Retried;
            _latest.Remove(step.NodeId);
        }
        return [.. aside, .. aside.Select(s => _loops.GetValueOrDefault(s.NodeId)).OfType<Rounds>().SelectMany(loop => loop.Reopen())];
    }

    internal void Add(RunStep step)
    {
        _steps.Add(step);
        if (step.Status != StepStatus.Retried)
            _latest[step.NodeId] = step;
    }
}
