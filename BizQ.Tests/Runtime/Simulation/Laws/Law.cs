using BizQ.Agents.Runtime.Flow;
using BizQ.Core.Approvals;
using BizQ.Core.Effects;
using BizQ.Core.Runs;

namespace BizQ.Tests.Runtime.Simulation.Laws;

/// <summary>What BizQ promises, looked at after every durable change.</summary>
internal sealed class Law
{
    private static readonly HashSet<(EffectState? From, EffectState To)> EffectMoves = [.. EffectLife.Moves.Select(move => (move.From, move.To))];

    private static readonly RunStatus[] Open = [RunStatus.Queued, RunStatus.Running, RunStatus.WaitingForApproval, RunStatus.WaitingForTime, RunStatus.WaitingForEvent];

    private readonly World _world;
    private readonly LawOfLoops _loops;
    private readonly LawOfWaits _waits;

    /// <summary>For each place of a run that is done for good, the version in which it became so.</summary>
    private readonly Dictionary<(Guid Run, Place Place), int> _done = [];

    /// <param name="runs">All that are there.</param>
    public Law(World world, Func<IReadOnlyDictionary<Guid, Rows>> runs) =>
        (_world, _loops, _waits) = (world, new LawOfLoops(world), new LawOfWaits(world, runs));

    /// <summary>Set by the story while a person lets a stopped run go on.</summary>
    public bool Retrying { get; set; }

    public void Look(Rows? before, Rows now, int maxSteps)
    {
        if (before is null)
        {
            _world.Tell($"{now.Run.Title} is accepted");
            _waits.Started(now);
            return;
        }
        Status(before, now);
        Steps(before, now, maxSteps);
        Approvals(before, now);
        Effects(before, now);
        _loops.Look(before, now);
        _waits.Look(before, now);
        _world.Tell($"version {now.Run.Version} of {now.Run.Title}: {now.Run.Status}, {string.Join(' ', now.Steps.Values.OrderBy(s => s.Sequence).Select(s => $"{Place.Of(s)}={s.Status}{(s.EffectId is { } id ? $"/{now.Effects[id].State}" : "")}"))}");
    }

    /// <summary>A process that has seen that a place is done does not work on it again.</summary>
    public void Works(Life life, Guid runId, Place place)
    {
        _world.Tell($"{life.Name} works on {place}");
        if (_done.TryGetValue((runId, place), out var version) && version <= life.Seen.GetValueOrDefault(runId))
            _world.Break($"{life.Name} works on {place} again, although it had seen that this was done.");
    }

    public void Retried(Guid runId) => _waits.Retried(runId);

    public void Hears(NamedEvent told, RunWait wait) => _waits.Hears(told, wait);

    /// <summary>When nothing happens any more: every run has ended, waits for something that exists, or is parked with a reason.</summary>
    public void Quiet(IReadOnlyCollection<Rows> runs, DateTimeOffset now)
    {
        _waits.Quiet(runs);
        foreach (var rows in runs)
        {
            if (WhyStuck(rows, now) is { } why)
                _world.Break($"All is quiet, but a run is {rows.Run.Status} and {why}.");
            foreach (var effect in rows.Effects.Values.Where(effect => effect.State == EffectState.Intended))
                _world.Break($"All is quiet, but an effect of a run that is {rows.Run.Status} is still on its way.");
        }
    }

    private static string? WhyStuck(Rows rows, DateTimeOffset now) => rows.Run.Status switch
    {
        RunStatus.Succeeded or RunStatus.Cancelled => null,
        RunStatus.Failed or RunStatus.Parked => rows.Run.Error is null ? "nobody knows why" : null,
        RunStatus.WaitingForApproval => rows.Approvals.Values.Any(a => a.State == ApprovalState.Open) ? null : "asks nobody",
        RunStatus.WaitingForTime => rows.Run.WakeAt > now ? null : "its moment has passed",
        RunStatus.WaitingForEvent => rows.Waits.Count > 0 || rows.Steps.Values.Any(step => step.Listens) ? null : "listens for nothing",
        _ => "nobody works on it",
    };

    private void Status(Rows was, Rows rows)
    {
        var (before, now) = (was.Run, rows.Run);
        var decided = was.Approvals.Values.Any(a => a.State == ApprovalState.Open && rows.Approvals[a.Id].State != ApprovalState.Open);
        var allowed = before.Status == now.Status || Open.Contains(before.Status)
            || (before.Status == RunStatus.Parked && now.Status == RunStatus.Cancelled)
            || (before.Status == RunStatus.Parked && now.Status == RunStatus.Running && now.CancelRequestedAt is not null)
            || (decided && before.Status == RunStatus.Parked && now.Status == RunStatus.Running)
            || (Retrying && now.Status == RunStatus.Queued);
        if (!allowed)
            _world.Break($"A run went from {before.Status} to {now.Status}.");
        if (now.Status == RunStatus.Succeeded && now.Error is not null)
            _world.Break("A run succeeded and still says what went wrong.");
        if (now.Version != before.Version + 1)
            _world.Break($"A run's version went from {before.Version} to {now.Version}.");
    }

    private void Steps(Rows before, Rows now, int maxSteps)
    {
        foreach (var step in now.Steps.Values)
        {
            var was = before.Steps.GetValueOrDefault(step.Id);
            var done = (now.Run.Id, Place.Of(step));
            if (was is null && _done.ContainsKey(done))
                _world.Break($"{done.Item2} was done and is recorded again.");
            if (was is not null && was.Status != step.Status && !MayBecome(was.Status, step.Status))
                _world.Break($"The step {done.Item2} went from {was.Status} to {step.Status}.");
            if (step.Status == StepStatus.Succeeded && was?.Status != StepStatus.Succeeded)
                _done[done] = now.Run.Version;
        }
        var counted = now.Steps.Count;
        if (counted > maxSteps + 1)
            _world.Break($"A run took {counted} steps and its limit is {maxSteps}.");
        var sequences = now.Steps.Values.Select(step => step.Sequence).Order().ToList();
        if (!sequences.SequenceEqual(Enumerable.Range(1, sequences.Count)))
            _world.Break("The numbers of the steps have a hole or are given twice.");
    }

    private bool MayBecome(StepStatus from, StepStatus to) =>
        (from == StepStatus.Waiting && to is StepStatus.Succeeded or StepStatus.Failed or StepStatus.Skipped)
        || (Retrying && to == StepStatus.Retried && from is StepStatus.Failed or StepStatus.Waiting or StepStatus.Skipped);

    private void Approvals(Rows before, Rows now)
    {
        foreach (var approval in now.Approvals.Values)
        {
            if (before.Approvals.GetValueOrDefault(approval.Id) is { State: not ApprovalState.Open } was && was.State != approval.State)
                _world.Break($"A decision was changed from {was.State} to {approval.State}.");
        }
        var asked = now.Approvals.Values.Where(a => a.State == ApprovalState.Open && a.EffectId is not null).GroupBy(a => a.EffectId).Any(same => same.Count() > 1);
        if (asked)
            _world.Break("A person is asked twice about the same effect.");
        if (now.Run.Ended && (now.Approvals.Values.Any(DropProposals.IsOpen) || now.Effects.Values.Any(DropProposals.HasNotBegun)))
            _world.Break($"A run has {now.Run.Status}, and still there is something of it to approve or to begin.");
    }

    /// <summary>The events written with a change lead from where the effect was to where it is, over allowed moves only.</summary>
    private void Effects(Rows before, Rows now)
    {
        foreach (var effect in now.Effects.Values)
        {
            EffectState? at = before.Effects.GetValueOrDefault(effect.Id)?.State;
            foreach (var move in now.Events.Skip(before.Events.Count).Where(move => move.EffectId == effect.Id))
            {
                if (move.From != at || !EffectMoves.Contains((move.From, move.To)))
                    _world.Break($"An effect that was {at?.ToString() ?? "new"} has an event from {move.From} to {move.To}.");
                at = move.To;
            }
            if (at != effect.State)
                _world.Break($"The ledger's events lead to {at}, but the effect is {effect.State}.");
            if (effect.State == EffectState.Uncertain && now.Approvals.Values.All(a => a.EffectId != effect.Id || a.Kind != ApprovalKind.Uncertain))
                _world.Break("Nobody knows whether an effect happened, and nobody is asked.");
        }
    }
}
