using System.Globalization;
using System.Text.Json;
using BizQ.Agents.Runtime.Journal;
using BizQ.Core;
using BizQ.Core.Approvals;
using BizQ.Core.Context;
using BizQ.Core.Effects;
using BizQ.Core.Runs;

namespace BizQ.Agents.Runtime.Flow;

/// <summary>
/// Everything recorded of one run that still matters, as it was last read or committed. Only the loop that drives the run
/// changes it. Rounds of loops that have ended are summed up (<see cref="Rounds"/>).
/// </summary>
public sealed class RunJournal
{
    /// <summary>Kinds of nodes whose answer comes from outside the run without a person: with time, with an event, from another agent.</summary>
    internal static readonly string[] WaitingKinds = ["wait", "agent"];

    public RunJournal(Run run, IEnumerable<RunStep>? steps = null, IEnumerable<Effect>? effects = null, IEnumerable<Approval>? approvals = null)
    {
        Run = run;
        foreach (var step in (steps ?? []).OrderBy(s => s.Sequence))
            Add(step);
        Effects = (effects ?? []).ToDictionary(e => e.Id);
        Approvals = (approvals ?? []).ToDictionary(a => a.Id);
    }

    public Run Run { get; }

    /// <summary>The steps outside of loops, and through them the loops.</summary>
    public Frame Root { get; } = new("", null, 0);

    /// <summary>All steps but those of rounds that have ended, in the order they were recorded.</summary>
    public IReadOnlyList<RunStep> Steps => [.. Root.All().OrderBy(s => s.Sequence)];

    /// <summary>How many steps were recorded, those of ended rounds included.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of all values so large that they lie in the archive; see <see cref="RunWeight"/>.</summary>
    public long Large { get; private set; }

    public Dictionary<Guid, Effect> Effects { get; }

    public Dictionary<Guid, Approval> Approvals { get; }

    public int NextSequence { get; private set; } = 1;

    /// <summary>Of a rehearsal: what people, time and other agents came to in the run it rehearses, so that nobody is asked and nothing waited for again.</summary>
    public IReadOnlyDictionary<Place, JsonElement> Past { get; init; } = new Dictionary<Place, JsonElement>();

    /// <summary>The step that counts for a place: the newest one that no retry has set aside.</summary>
    public RunStep? StepOf(string path, string nodeId) => FrameAt(path)?.StepOf(nodeId);

    /// <summary>How many attempts at a place were set aside by a person, those included that its node made by itself: no attempt may have the number of another, because what it calls is named by it.</summary>
    public int Retries(Place place) => FrameAt(place.Path)?.Steps.Where(s => s.Status == StepStatus.Retried && s.NodeId == place.NodeId).Select(s => s.Attempt).DefaultIfEmpty().Max() ?? 0;

    public Effect? EffectOf(RunStep step) => step.EffectId is { } id ? Effects.GetValueOrDefault(id) : null;

    public Approval? ApprovalOf(RunStep step) => step.ApprovalId is { } id ? Approvals.GetValueOrDefault(id) : null;

    public void Add(RunStep step)
    {
        Count++;
        NextSequence = Math.Max(NextSequence, step.Sequence + 1);
        Large += RunWeight.Of(step);
        Walk(step.Path, open: true)!.Add(step);
    }

    /// <summary>A recorded step holds more, or less, than before.</summary>
    internal void Weigh(RunStep step, long before) => Large += RunWeight.Of(step) - before;

    /// <summary>The round of a loop, if it is under way.</summary>
    public Frame? FrameAt(string path) => Walk(path, open: false);

    /// <summary>What the run has relied on so far, as far as a place knows of it, oldest first: never what other rounds of a loop around it looked up.</summary>
    public IReadOnlyList<Evidence> Gathered(string path = "")
    {
        var found = new List<(int Sequence, JsonElement Evidence)>();
        Rounds? mine = null;
        for (var frame = FrameAt(path); frame is not null; (mine, frame) = (frame.Of, frame.Of?.Outer))
        {
            found.AddRange(frame.Steps.Where(s => s is { Status: StepStatus.Succeeded, Evidence: not null }).Select(s => (s.Sequence, s.Evidence!.Value)));
            found.AddRange(frame.Loops.Where(loop => loop != mine).SelectMany(loop => loop.Evidence));
            // A model's turns are one piece of work: what it has looked up in one is ground for what it does in the next.
            if (frame.Of is { } turns && ToolSteps.IsLoop(turns))
                found.AddRange(turns.UnderWay.Where(turn => turn != frame).SelectMany(ToolSteps.Found));
        }
        return [.. found.OrderBy(one => one.Sequence).SelectMany(one => Json.Read<List<Evidence>>(one.Evidence) ?? [])];
    }

    /// <summary>Whether this step's effect is, or was when the process died, on its way out.</summary>
    public bool OnItsWay(RunStep step) => EffectOf(step) is { State: EffectState.Intended };

    internal static bool IsLive(RunStep step, int edge) =>
        step.LiveEdges is { ValueKind: JsonValueKind.Array } live && live.EnumerateArray().Any(e => e.GetInt32() == edge);

    private Frame? Walk(string path, bool open)
    {
        var frame = Root;
        if (path.Length == 0)
            return frame;
        var parts = path.Split('/');
        for (var i = 0; i + 1 < parts.Length && frame is not null; i += 2)
        {
            var rounds = frame.RoundsOf(parts[i]);
            var round = int.Parse(parts[i + 1], CultureInfo.InvariantCulture);
            frame = open ? rounds.Open(round) : rounds.Find(round);
        }
        return frame;
    }
}
