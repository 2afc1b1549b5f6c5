using System.Text.Json;
using BizQ.Core.Agents;
using BizQ.Core.Runs;

namespace BizQ.Agents.Runtime.Flow;

/// <summary>How a round came to its end: with a value, or with the error of one of its nodes.</summary>
public sealed record RoundEnd(int Index, JsonElement? Value, JsonElement? Error = null, string? NodeId = null);

/// <summary>
/// The rounds of one loop. One that has ended is kept as what it came to; its steps are in the database and no longer here, so
/// that the ten thousandth round costs what the first one did.
/// </summary>
public sealed class Rounds
{
    private readonly Dictionary<int, Frame> _underWay = [];
    private readonly Dictionary<int, RoundEnd> _ended = [];
    private readonly Dictionary<int, Frame> _failed = [];
    private readonly List<(int Sequence, JsonElement Evidence)> _evidence = [];
    private (Guid StepId, LoopPlan Plan)? _plan;

    internal Rounds(Frame outer, string loopId) => (Outer, LoopId) = (outer, loopId);

    public Frame Outer { get; }

    public string LoopId { get; }

    /// <summary>The loop's own step.</summary>
    public RunStep? Step => Outer.StepOf(LoopId) ?? Outer.Before(LoopId);

    public IReadOnlyCollection<Frame> UnderWay => _underWay.Values;

    public IReadOnlyCollection<RoundEnd> Ended => _ended.Values;

    /// <summary>The lowest round that has not ended.</summary>
    public int First { get; private set; }

    /// <summary>
    /// What the rounds have relied on: those that ended, and once the loop itself has, all of them. A loop that was over when the
    /// journal was read has never been looked at, so none of its rounds is summed up.
    /// </summary>
    internal IEnumerable<(int Sequence, JsonElement Evidence)> Evidence =>
        Step is { Status: StepStatus.Waiting } || ToolSteps.IsLoop(this) ? _evidence : _evidence.Concat(UnderWay.SelectMany(EvidenceOf));

    public RoundEnd? EndOf(int round) => _ended.GetValueOrDefault(round);

    public Frame? Find(int round) => _underWay.GetValueOrDefault(round);

    public Frame Open(int round)
    {
        if (!_underWay.TryGetValue(round, out var frame))
            _underWay[round] = frame = new Frame($"{(Outer.Path.Length == 0 ? "" : Outer.Path + "/")}{LoopId}/{round}", this, round);
        return frame;
    }

    /// <summary>The loop's settings as they were when it began; read once, however many rounds it has.</summary>
    public LoopPlan PlanOf(RunStep step)
    {
        if (_plan is not { } known || known.StepId != step.Id)
            _plan = known = (step.Id, LoopPlan.Of(step));
        return known.Plan;
    }

    /// <summary>Ends a round: what it came to stays, its steps go.</summary>
    /// <param name="again">The loop may be tried again, which takes up what failed: the steps of such a round stay.</param>
    internal void End(RoundEnd end, bool again)
    {
        _ended[end.Index] = end;
        if (_underWay.Remove(end.Index, out var frame))
        {
            _evidence.AddRange(EvidenceOf(frame));
            if (again && end.Error is not null)
                _failed[end.Index] = frame;
        }
        while (_ended.ContainsKey(First))
            First++;
    }

    /// <summary>The loop is tried again: rounds that failed or were stopped are under way once more, with what was done in them. Returns the steps that were set aside.</summary>
    internal IReadOnlyList<RunStep> Reopen()
    {
        foreach (var (round, frame) in _failed)
        {
            var known = EvidenceOf(frame).Select(one => one.Sequence).ToHashSet();
            _evidence.RemoveAll(one => known.Contains(one.Sequence));
            _ended.Remove(round);
            _underWay[round] = frame;
            First = Math.Min(First, round);
        }
        _failed.Clear();
        return [.. _underWay.Values.OrderBy(frame => frame.Round).SelectMany(frame => frame.SetAside())];
    }

    /// <summary>Drops the values of rounds that nobody asks for any more.</summary>
    internal void ForgetBelow(int round)
    {
        if (_ended.TryGetValue(round - 1, out var end) && end.Value is not null)
            _ended[round - 1] = end with { Value = null };
    }

    // A model's own step keeps what its turns have found.
    private static IEnumerable<(int Sequence, JsonElement Evidence)> EvidenceOf(Frame frame) =>
        frame.Steps.Where(s => s is { Status: StepStatus.Succeeded, Evidence: not null }).Select(s => (s.Sequence, s.Evidence!.Value))
            .Concat(frame.Loops.Where(loop => !ToolSteps.IsLoop(loop)).SelectMany(inner => inner._evidence.Concat(inner.UnderWay.SelectMany(EvidenceOf))));
}

/// <summary>What happens when an item's round fails. Collect: the others go on, and then the loop fails with all of their errors.</summary>
public enum OnItemError { Stop, Continue, Collect }

/// <summary>A loop's settings, with the items as they were when it began.</summary>
public sealed record LoopPlan(IReadOnlyList<JsonElement> Items, int Concurrency, OnItemError OnItemError, int Max)
{
    public static LoopPlan Of(RunStep step)
    {
        var settings = step.Input is { ValueKind: JsonValueKind.Object } input ? input : default;
        return new LoopPlan(
            Member(settings, "items") is { ValueKind: JsonValueKind.Array } items ? [.. items.EnumerateArray()] : [],
            Math.Clamp(Number(settings, "concurrency") ?? 1, 1, 50),
            Enum.TryParse<OnItemError>(Member(settings, "onItemError")?.ToString(), ignoreCase: true, out var way) ? way : OnItemError.Stop,
            Math.Max(Number(settings, "max") ?? 1, 1));
    }

    /// <summary>How many rounds of a while have been decided on; its step says so while it waits.</summary>
    public static int Rounds(RunStep step) => step.Kind == LoopKinds.While && step.Output is { } output ? Number(output, "rounds") ?? 0 : 0;

    private static JsonElement? Member(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member) ? member : null;

    private static int? Number(JsonElement value, string name) =>
        Member(value, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var whole) ? whole : null;
}
