using System.Runtime.ExceptionServices;
using BizQ.Agents.Runtime.Flow;
using BizQ.Agents.Runtime.Journal;
using BizQ.Core;
using BizQ.Core.Approvals;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Runtime;

/// <summary>What every drive works with.</summary>
public sealed record DriveParts(IRunStore Store, NodeWork Nodes, EffectWork Effects, RecordSteps Record, TimeProvider Clock, ILogger<RunLoop> Log);

/// <summary>
/// One drive of one run: asks the interpreter, works on nodes (independent ones side by side), commits what came of them, asks
/// again. Nothing follows from a step before it is committed.
/// </summary>
internal sealed class RunDrive(DriveParts parts, Graph graph, LoadedRun loaded)
{
    /// <summary>A timer takes no longer spans than some weeks; looking again after a day costs nothing.</summary>
    private static readonly TimeSpan LongestLook = TimeSpan.FromDays(1);

    private readonly Dictionary<Place, Task<Worked?>> _busy = [];

    /// <summary>For places inside of loops that have a time limit.</summary>
    private readonly Dictionary<Place, CancellationTokenSource> _stops = [];

    /// <summary>Intents this drive committed and has not acted on yet: nobody can have done so before it does. Somebody else may commit a later intent for the same effect, so the version belongs to it.</summary>
    private readonly HashSet<(Guid Effect, int Version)> _intended = [];

    /// <summary>Steps this drive has read or written; one that is not among them was written by somebody else.</summary>
    private readonly HashSet<Guid> _known = [.. loaded.Journal.Steps.Select(s => s.Id)];

    /// <summary>Places that were being worked on when the run was read anew: what comes of them is kept only if it still fits.</summary>
    private readonly HashSet<Place> _begunBefore = [];

    private DateTimeOffset _decidedAt;
    private LoadedRun _loaded = loaded;
    private Exception? _fault;

    private RunJournal Journal => _loaded.Journal;

    public async Task Run(CancellationToken stop)
    {
        using var halt = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            var decision = await Commit([]);
            while (decision is not null)
            {
                if (decision is Decision.Go { Halt: true } || _fault is not null)
                    await Off(halt.Cancel);
                // Once halted, only what moves is followed: a run that somebody tries again meanwhile is for the next drive.
                if (decision is Decision.Go { Stop: { Count: > 0 } late })
                    await Off(() => Stop(late));
                if (decision is Decision.Go go && _fault is null && !stop.IsCancellationRequested && (go.Halt || !halt.IsCancellationRequested))
                    Begin(_loaded.Held ? OnlyOnItsWay(go) : go, halt.Token);
                if (_busy.Count == 0)
                    break;
                await SomethingToDo((decision as Decision.Go)?.WakeAt);
                decision = await Commit(Finished());
            }
        }
        finally
        {
            await Off(halt.Cancel);
            await ((Task)Task.WhenAll(_busy.Values)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            foreach (var late in _stops.Values)
                late.Dispose();
        }
        if (_fault is not null)
            ExceptionDispatchInfo.Throw(_fault);
    }

    /// <summary>While its agent is paused nothing starts; but an effect that is on its way cannot be held, only followed.</summary>
    private Decision.Go OnlyOnItsWay(Decision.Go go) => go with { Start = [], Continue = [.. go.Continue.Where(Journal.OnItsWay)] };

    /// <summary>
    /// Beside the drive, on the scheduler that it runs on: the thread pool, unless the simulator decides in which order things
    /// happen. Nothing of a drive may leave that scheduler, or a seed would not replay.
    /// </summary>
    private static Task<T> Off<T>(Func<T> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, TaskScheduler.Current);

    private static Task Off(Action work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, TaskScheduler.Current);

    /// <summary>Until somebody has finished, or a waiting step has reached its moment meanwhile.</summary>
    private async Task SomethingToDo(DateTimeOffset? wakeAt)
    {
        // A moment that had come when it was decided what to do asks for nothing more than that: looking again at once would never end.
        if (wakeAt is not { } at || at <= _decidedAt)
        {
            await Task.WhenAny(_busy.Values);
            return;
        }
        using var enough = new CancellationTokenSource();
        // A timer cuts off what is less than a millisecond, and would be over before the moment has come.
        var moment = TimeSpan.FromMilliseconds(Math.Ceiling((at - parts.Clock.GetUtcNow()).TotalMilliseconds));
        var due = Task.Delay(moment < TimeSpan.Zero ? TimeSpan.Zero : moment < LongestLook ? moment : LongestLook, parts.Clock, enough.Token);
        await Task.WhenAny([.. _busy.Values, due]);
        await Off(enough.Cancel);
    }

    private void Stop(IReadOnlyList<Place> late)
    {
        foreach (var place in late)
            _stops.GetValueOrDefault(place)?.Cancel();
    }

    /// <summary>What stops the work on a node: the end of the drive, and the end of the time of a loop around it.</summary>
    private CancellationToken Until(Due due, CancellationToken halt)
    {
        if (!graph.IsTimed(due.Node))
            return halt;
        var stop = CancellationTokenSource.CreateLinkedTokenSource(halt);
        _stops[due.Place] = stop;
        return stop.Token;
    }

    private void Begin(Decision.Go go, CancellationToken halt)
    {
        foreach (var round in go.Start.GroupBy(due => due.Path, StringComparer.Ordinal))
            Begin([.. round], null, halt);
        foreach (var step in go.Continue)
            GoOn(ToolSteps.DueOf(graph, Journal, step), step, halt);
    }

    /// <param name="again">The waiting step of the one node that is tried again.</param>
    private void Begin(IReadOnlyList<Due> round, RunStep? again, CancellationToken halt)
    {
        var path = round[0].Path;
        var (scope, gathered) = (RunScope.Of(Journal, path, _loaded.Workspace, parts.Clock.GetUtcNow(), named: parts.Nodes.Named(round.Where(due => !due.Literal).Select(due => due.Node))), Journal.Gathered(path));
        foreach (var due in round)
        {
            var start = NodeStart.Of(Journal, graph, due, scope, gathered, again);
            var until = Until(due, halt);
            _busy[due.Place] = Off(() => parts.Nodes.Start(start, until)).Unwrap();
        }
    }

    private void GoOn(Due due, RunStep step, CancellationToken halt)
    {
        var (run, approval) = (Journal.Run, Journal.ApprovalOf(step));
        var waited = new Worked(due, step, step.StartedAt, 0) { Status = StepStatus.Waiting };
        if (approval is { Kind: ApprovalKind.Failure })
        {
            var answer = FailureAnswers.Of(step, approval);
            if (answer == FailureAnswers.Retry)
                Begin([due], step, halt);
            else
                _busy[due.Place] = Task.FromResult<Worked?>(waited with { Status = StepStatus.Failed, Error = step.Error, Output = FailureAnswers.Left(step.Output), Answer = answer });
        }
        else if (Journal.EffectOf(step) is { } effect)
        {
            var here = _intended.Remove((effect.Id, effect.Version));
            var until = Until(due, halt);
            _busy[due.Place] = Off<Task<Worked?>>(async () => await parts.Effects.Continue(run, graph.Definition, waited, effect, approval?.Reason, here, until)).Unwrap();
        }
        else if (step.WaitsFor is not null)
        {
            _busy[due.Place] = Task.FromResult<Worked?>(parts.Nodes.Over(due, step, Journal.Retries(due.Place)));
        }
        else if (approval is null && step.Error is not null)
        {
            Begin([due], step, halt);
        }
        else
        {
            _busy[due.Place] = Task.FromResult<Worked?>(Decided(waited, approval));
        }
    }

    private static Worked Decided(Worked waited, Approval? approval) => waited with
    {
        Status = approval is null ? StepStatus.Failed : StepStatus.Succeeded,
        Error = approval is null ? Worked.ErrorOf("approvalLost", "The approval this step waited for is gone. Try the step again.") : null,
        Output = approval is null
            ? null
            : Json.Element(new { @case = approval.State == ApprovalState.Approved ? "approved" : "rejected", reason = approval.Reason, by = approval.DecidedByName }),
    };

    /// <summary>Takes what is done off the busy list. A failure ends the drive, but only after the others are recorded.</summary>
    private List<Worked> Finished()
    {
        var done = new List<Worked>();
        foreach (var (place, task) in _busy.Where(b => b.Value.IsCompleted).ToList())
        {
            _busy.Remove(place);
            if (_stops.Remove(place, out var stop))
                stop.Dispose();
            if (task.IsFaulted)
                _fault ??= task.Exception.InnerException ?? task.Exception;
#pragma warning disable RS0030 // The task has completed.
            else if (task.IsCompletedSuccessfully && task.Result is { } worked && !(worked.Child is not null && Stops(_loaded)) && (!_begunBefore.Contains(place) || Keeps(worked)))
                done.Add(worked);
#pragma warning restore RS0030
            _begunBefore.Remove(place);
        }
        return done;
    }

    /// <summary>Records it all and returns what to do next; null when the run belongs to somebody else now.</summary>
    private async Task<Decision?> Commit(List<Worked> worked)
    {
        while (true)
        {
            var entry = new JournalEntry(Journal.Run);
            foreach (var one in worked)
                parts.Record.Add(_loaded, graph, entry, one);
            var before = (Journal.Run.Status, Journal.Run.WakeAt);
            var decision = Decide(entry);
            if (entry.IsEmpty && decision is Decision.Go)
                return decision;
            parts.Record.Conclude(Journal, entry, decision);
            if (entry.IsEmpty && (Journal.Run.Status, Journal.Run.WakeAt) == before)
                return decision;
            _known.UnionWith(entry.NewSteps.Select(s => s.Id));
            if (await parts.Store.Commit(entry))
            {
                _intended.UnionWith(worked.Where(w => w.Effect is { State: EffectState.Intended }).Select(w => (w.Effect!.Id, w.Effect.Version)));
                return decision;
            }
            if (await Reread(entry, worked) is not { } remaining)
                return null;
            worked = remaining;
        }
    }

    /// <summary>What is to be done next, after all that follows for loops is recorded with what led to it.</summary>
    private Decision Decide(JournalEntry entry)
    {
        while (true)
        {
            _decidedAt = parts.Clock.GetUtcNow();
            var decision = Interpreter.Advance(graph, Journal, _busy.Keys.ToHashSet(), _decidedAt);
            if (decision is not Decision.Go { Moves: { Count: > 0 } moves })
                return decision;
            foreach (var move in moves)
                parts.Record.Move(_loaded, graph, entry, move);
        }
    }

    /// <summary>
    /// Somebody wrote the run meanwhile: a person's decision or a cancellation, and the work goes on with it; or another drive,
    /// and this one steps back.
    /// </summary>
    private async Task<List<Worked>?> Reread(JournalEntry refused, List<Worked> worked)
    {
        var runId = Journal.Run.Id;
        if (await parts.Store.Find(runId, CancellationToken.None) is not { } fresh || fresh.Journal.Steps.Any(s => !_known.Contains(s.Id)))
        {
            parts.Log.LogWarning("Run {Run} is driven from elsewhere; letting go of it here", runId);
            return null;
        }
        // The next drive says so.
        if (fresh.Lost is not null)
            return null;
        _loaded = fresh;
        _begunBefore.UnionWith(_busy.Keys);
        // A commit whose answer was lost on the way: it is there after all.
        if (refused.NewSteps.Any(step => fresh.Journal.Steps.Any(s => s.Id == step.Id)))
            return [];
        var kept = worked.Where(Keeps);
        // The refused entry may have moved their effects further, as when the run failed with it: those moves belong to them now.
        return [.. kept.Select(one => one.Effect is { } effect ? one with { EffectEvents = [.. refused.EffectEvents.Where(moved => moved.EffectId == effect.Id)] } : one)];
    }

    /// <summary>Whether what was worked out before the run was read anew still fits it as it is now.</summary>
    private bool Keeps(Worked one)
    {
        if (one.Acted)
            return StillMine(one);
        var closed = Journal.Run.Ended || Journal.Run.Status == RunStatus.Parked;
        return StillWanted(one) && !closed && !(Stops(_loaded) && (one.Child is not null || one.Effect is { State: EffectState.Intended }));
    }

    /// <summary>Somebody holds or stops the run: what has not left yet must not leave, and no other run begins that nobody would stop.</summary>
    private static bool Stops(LoadedRun run) => run.Held || run.Journal.Run.CancelRequestedAt is not null;

    /// <summary>
    /// What a waiting step goes on with is looked at anew; what a node has worked out stays worked out, unless its step stands otherwise
    /// than when the work began: then it is recorded already, by a commit whose answer was lost on the way.
    /// </summary>
    private bool StillWanted(Worked one) =>
        one.Waited is not { } step || (one is { Tries: not null, WaitsAgain: false } && Journal.StepOf(step.Path, step.NodeId) is { Status: StepStatus.Waiting } now && now.Id == step.Id && one.Stood == Standing.Of(now));

    private bool StillMine(Worked acted)
    {
        if (Journal.Effects.GetValueOrDefault(acted.Effect!.Id)?.Version == acted.Effect.Version)
            return true;
        parts.Log.LogWarning("Effect {Effect} came to {State}, but somebody else had already settled it", acted.Effect.Id, acted.Effect.State);
        return false;
    }
}
