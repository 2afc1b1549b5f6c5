using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Approvals;
using BizQ.Core.Context;
using BizQ.Core.Effects;
using BizQ.Core.Runs;

namespace BizQ.Agents.Runtime.Flow;

/// <summary>Everything recorded of one run, as it was last read or committed. Only the loop that drives the run changes it.</summary>
public sealed class RunJournal
{
    private readonly Dictionary<Place, RunStep> _latest = [];
    private readonly List<RunStep> _steps = [];

    public RunJournal(Run run, IEnumerable<RunStep>? steps = null, IEnumerable<Effect>? effects = null, IEnumerable<Approval>? approvals = null)
    {
        Run = run;
        foreach (var step in (steps ?? []).OrderBy(s => s.Sequence))
            Add(step);
        Effects = (effects ?? []).ToDictionary(e => e.Id);
        Approvals = (approvals ?? []).ToDictionary(a => a.Id);
    }

    public Run Run { get; }

    /// <summary>In the order they were recorded.</summary>
    public IReadOnlyList<RunStep> Steps => _steps;

    public Dictionary<Guid, Effect> Effects { get; }

    public Dictionary<Guid, Approval> Approvals { get; }

    public int NextSequence => _steps.Count == 0 ? 1 : _steps[^1].Sequence + 1;

    /// <summary>The steps that listen for an event, or for the end of a run they have started.</summary>
    public HashSet<Guid> Listening { get; } = [];

    /// <summary>The step that counts for a place: the newest one that no retry has set aside.</summary>
    public RunStep? StepOf(string path, string nodeId) => _latest.GetValueOrDefault(new Place(path, nodeId));

    /// <summary>How often a place was tried before and set aside by a person.</summary>
    public int Retries(Place place) => _steps.Count(s => s.Status == StepStatus.Retried && Place.Of(s) == place);

    public Effect? EffectOf(RunStep step) => step.EffectId is { } id ? Effects.GetValueOrDefault(id) : null;

    public Approval? ApprovalOf(RunStep step) => step.ApprovalId is { } id ? Approvals.GetValueOrDefault(id) : null;

    public void Add(RunStep step)
    {
        _steps.Add(step);
        if (step.Status != StepStatus.Retried)
            _latest[Place.Of(step)] = step;
    }

    /// <summary>What the run has relied on so far, oldest first.</summary>
    public IReadOnlyList<Evidence> Gathered() =>
        [.. _steps.Where(s => s is { Status: StepStatus.Succeeded, Evidence: not null }).SelectMany(s => Json.Read<List<Evidence>>(s.Evidence!.Value) ?? [])];

    public bool Listens(RunStep step) => Listening.Contains(step.Id);

    /// <summary>Whether this step's effect is, or was when the process died, on its way out.</summary>
    public bool OnItsWay(RunStep step) => EffectOf(step) is { State: EffectState.Intended };

    internal static bool IsLive(RunStep step, int edge) =>
        step.LiveEdges is { ValueKind: JsonValueKind.Array } live && live.EnumerateArray().Any(e => e.GetInt32() == edge);
}
