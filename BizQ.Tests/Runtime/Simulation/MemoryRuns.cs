using System.Data.Common;
using System.Reflection;
using BizQ.Agents.Runtime.Flow;
using BizQ.Agents.Runtime.Journal;
using BizQ.Core.Approvals;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;

namespace BizQ.Tests.Runtime.Simulation;

/// <summary>Everything durable of one run.</summary>
internal sealed class Rows(Run run)
{
    public Run Run { get; set; } = run;
    public Dictionary<Guid, RunStep> Steps { get; private init; } = [];
    public Dictionary<Guid, Effect> Effects { get; private init; } = [];
    public List<EffectEvent> Events { get; private init; } = [];
    public Dictionary<Guid, Approval> Approvals { get; private init; } = [];
    public Dictionary<Guid, RunWait> Waits { get; private init; } = [];

    public Rows Copy()
    {
        var copy = new Rows(MemoryRuns.Clone(Run));
        Add(copy.Steps, Steps);
        Add(copy.Effects, Effects);
        Add(copy.Approvals, Approvals);
        Add(copy.Waits, Waits);
        copy.Events.AddRange(Events);
        return copy;
    }

    /// <summary>The same rows: for whoever puts others in their place and changes none.</summary>
    public Rows Standing() => new(Run) { Steps = new(Steps), Effects = new(Effects), Events = [.. Events], Approvals = new(Approvals), Waits = new(Waits) };

    private static void Add<T>(Dictionary<Guid, T> to, Dictionary<Guid, T> from) where T : class
    {
        foreach (var (id, row) in from)
            to.Add(id, MemoryRuns.Clone(row));
    }
}

/// <summary>
/// What the database promises, in memory: a commit is written as a whole or not at all, whoever read an older version is
/// refused, unique keys hold. <see cref="StoreContractTests"/> holds it against both real databases.
/// </summary>
internal sealed class MemoryRuns(Workspace workspace) : IRunStore
{
    private static readonly Func<object, object> Memberwise =
        typeof(object).GetMethod("MemberwiseClone", BindingFlags.Instance | BindingFlags.NonPublic)!.CreateDelegate<Func<object, object>>();

    private readonly Dictionary<Guid, Rows> _runs = [];
    private readonly Dictionary<string, Run> _keys = new(StringComparer.Ordinal);

    /// <summary>The order in which steps began to listen, which in the database is that of their ids.</summary>
    private readonly Dictionary<Guid, int> _listened = [];

    /// <summary>Told after every change: how the run stood before, and how it stands now.</summary>
    public Action<Rows?, Rows> Changed { get; set; } = (_, _) => { };

    public Flaw Flaw { get; init; }

    public IReadOnlyDictionary<Guid, Rows> Runs => _runs;

    /// <summary>All that is listened for, the oldest first.</summary>
    public IEnumerable<RunWait> Waits => _runs.Values.SelectMany(rows => rows.Waits.Values).OrderBy(wait => _listened[wait.Id]);

    public int NumberOf(RunWait wait) => _listened[wait.Id];

    public string TitleOf(Guid runId) => _runs.GetValueOrDefault(runId)?.Run.Title ?? "a run that is not there";

    public static T Clone<T>(T row) where T : class => (T)Memberwise(row);

    public Task<LoadedRun?> Find(Guid runId, CancellationToken cancel) => Task.FromResult(Read(runId));

    public Task<bool> Commit(JournalEntry entry)
    {
        var written = Write(entry);
        if (written)
            Acknowledge(entry);
        return Task.FromResult(written);
    }

    public LoadedRun? Read(Guid runId)
    {
        if (!_runs.TryGetValue(runId, out var rows))
            return null;
        var copy = rows.Copy();
        return new LoadedRun(new RunJournal(copy.Run, copy.Steps.Values.Where(step => !Forgets(step)), copy.Effects.Values, copy.Approvals.Values), workspace);
    }

    private bool Forgets(RunStep step) => Flaw == Flaw.RoundForgotten && step is { Path.Length: > 0, Status: StepStatus.Succeeded };

    /// <summary>Written and durable; the writer knows nothing of it before <see cref="Acknowledge"/>.</summary>
    public bool Write(JournalEntry entry)
    {
        if (!_runs.TryGetValue(entry.Run.Id, out var rows) || (rows.Run.Version != entry.Run.Version && Flaw != Flaw.NoFence))
            return false;
        if (entry.ChangedEffects.Any(e => rows.Effects.GetValueOrDefault(e.Id)?.Version != e.Version)
            || entry.ChangedApprovals.Any(a => rows.Approvals.GetValueOrDefault(a.Id)?.Version != a.Version)
            || entry.ChangedSteps.Any(s => !rows.Steps.ContainsKey(s.Id))
            || entry.GoneWaits.Any(w => !rows.Waits.ContainsKey(w.Id)))
            return false;
        CheckKeys(rows, entry);
        var before = rows.Standing();
        rows.Run = After(rows.Run, entry.Run);
        Put(rows.Steps, entry.NewSteps.Concat(entry.ChangedSteps), step => step.Id);
        Put(rows.Effects, entry.NewEffects, effect => effect.Id);
        foreach (var effect in entry.ChangedEffects)
        {
            var changed = Clone(effect);
            changed.Version++;
            rows.Effects[effect.Id] = changed;
        }
        rows.Events.AddRange(entry.EffectEvents);
        Put(rows.Approvals, entry.NewApprovals, approval => approval.Id);
        foreach (var approval in entry.ChangedApprovals)
            rows.Approvals[approval.Id] = After(rows.Approvals[approval.Id], approval);
        Put(rows.Waits, entry.NewWaits, wait => wait.Id);
        foreach (var wait in entry.NewWaits)
            _listened[wait.Id] = _listened.Count;
        foreach (var gone in entry.GoneWaits)
            rows.Waits.Remove(gone.Id);
        Changed(before, rows);
        foreach (var child in entry.NewRuns)
            Start(child);
        if (AnswerParent.Owes(rows.Run) && Flaw != Flaw.NoAnswer)
            MemoryCalls.Answer(this, rows.Run);
        if (entry.GivenUp.Count > 0)
            MemoryCalls.GiveUp(this, entry.GivenUp, entry.GivenUpAt);
        return true;
    }

    /// <summary>What saving does to the rows of the caller.</summary>
    public static void Acknowledge(JournalEntry entry)
    {
        entry.Run.Version++;
        foreach (var effect in entry.ChangedEffects)
            effect.Version++;
        foreach (var approval in entry.ChangedApprovals)
            approval.Version++;
    }

    /// <summary>The run that is there already, where the key is not new.</summary>
    public Run Start(Run run)
    {
        if (_keys.TryGetValue(run.IdempotencyKey, out var first))
            return first;
        _keys.Add(run.IdempotencyKey, run);
        var rows = _runs[run.Id] = new Rows(Clone(run));
        Changed(null, rows);
        return rows.Run;
    }

    /// <summary>The runs that recovery looks for: they should be moving.</summary>
    public IReadOnlyList<Guid> Resting() => [.. _runs.Values
        .Where(rows => rows.Run.Status is RunStatus.Queued or RunStatus.Running
            || rows.Effects.Values.Any(effect => effect.State == EffectState.Intended)
            || (rows.Run.Status == RunStatus.WaitingForApproval && rows.Approvals.Values.All(approval => approval.State != ApprovalState.Open)))
        .Select(rows => rows.Run.Id)];

    /// <summary>As the timers do: whose moment has come is set running. Nothing of its journal changes, so its version stays.</summary>
    public IReadOnlyList<Guid> TakeDue(DateTimeOffset now)
    {
        var due = _runs.Values.Select(rows => rows.Run).Where(run => run.WakeAt <= now && MemoryCalls.Resting.Contains(run.Status)).OrderBy(run => run.WakeAt).ToList();
        foreach (var run in due)
            (run.Status, run.WakeAt) = (RunStatus.Running, null);
        return [.. due.Select(run => run.Id)];
    }

    /// <summary>A transaction of somebody else than the run loop.</summary>
    public void Change(Guid runId, Action<Rows> how)
    {
        var rows = _runs[runId];
        var before = rows.Copy();
        how(rows);
        rows.Run.Version++;
        Changed(before, rows);
    }

    private void CheckKeys(Rows rows, JournalEntry entry)
    {
        if (entry.NewSteps.Any(s => rows.Steps.ContainsKey(s.Id) || rows.Steps.Values.Any(known => known.Sequence == s.Sequence))
            || entry.NewEffects.Any(e => rows.Effects.ContainsKey(e.Id))
            || entry.NewApprovals.Any(a => rows.Approvals.ContainsKey(a.Id))
            || entry.NewWaits.Any(w => rows.Waits.ContainsKey(w.Id))
            || entry.NewRuns.Any(r => _keys.ContainsKey(r.IdempotencyKey)))
            throw new KeyTaken();
    }

    private static Run After(Run before, Run given)
    {
        var run = Clone(before);
        run.Status = given.Status;
        run.Output = given.Output;
        run.Error = given.Error;
        run.Tainted = given.Tainted;
        run.CostUsd = given.CostUsd;
        run.CompletedAt = given.CompletedAt;
        run.DurationMs = given.DurationMs;
        run.WakeAt = given.WakeAt;
        run.Version++;
        return run;
    }

    private static Approval After(Approval before, Approval given)
    {
        var approval = Clone(before);
        approval.State = given.State;
        approval.DecidedAt = given.DecidedAt;
        approval.Reason = given.Reason;
        approval.Version++;
        return approval;
    }

    private static void Put<T>(Dictionary<Guid, T> to, IEnumerable<T> rows, Func<T, Guid> idOf) where T : class
    {
        foreach (var row in rows)
            to[idOf(row)] = Clone(row);
    }
}

/// <summary>A unique key is taken: a bug of the writer's, whose version was the current one.</summary>
internal sealed class KeyTaken() : DbException("A unique key is taken.");

/// <summary>The database is away; the writer has tried for a while already.</summary>
internal sealed class StoreAway() : DbException("The store is away.")
{
    public override bool IsTransient => true;
}
