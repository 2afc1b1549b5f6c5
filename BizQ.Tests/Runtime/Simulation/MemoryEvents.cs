using BizQ.Core;
using BizQ.Core.Runs;

namespace BizQ.Tests.Runtime.Simulation;

/// <summary>The events that were told, and who hears them, in one transaction each, as <see cref="HearEvents"/> does it in the database.</summary>
/// <param name="hears">Told of everyone who hears one.</param>
internal sealed class MemoryEvents(MemoryRuns runs, Action<NamedEvent, RunWait> hears, Func<DateTimeOffset> now)
{
    /// <summary>As pages of two hundred are to thousands.</summary>
    public int AtOnce { get; init; } = 2;

    private readonly List<NamedEvent> _told = [];

    /// <summary>The event as it is kept: the first one that came with its key.</summary>
    public NamedEvent Record(NamedEvent told)
    {
        if (_told.Find(known => known.IdempotencyKey == told.IdempotencyKey) is { } first)
            return first;
        _told.Add(told);
        return told;
    }

    /// <summary>The last one that listens now: who begins after it looks for what came before by itself.</summary>
    public int Newest() => runs.Waits.Select(runs.NumberOf).DefaultIfEmpty(-1).Max();

    public IReadOnlyList<RunWait> Listening(NamedEvent told, int after, int last) =>
        [.. runs.Waits.Where(wait => Hears(wait, told) && runs.NumberOf(wait) > after && runs.NumberOf(wait) <= last).Take(AtOnce)];

    /// <summary>What came before for a wait that has just begun, the oldest first.</summary>
    public IReadOnlyList<NamedEvent> Earlier(RunWait wait) =>
        [.. _told.Where(n => n.Heard == 0 && n.Name == wait.Event && n.KeepUntil > now()
            && (n.RunId == wait.RunId ? n.Correlation == "" || n.Correlation == wait.Correlation : n.RunId is null && n.Correlation == wait.Correlation && wait.Correlation != ""))];

    /// <summary>Events and waits that missed each other because a process died between two commits.</summary>
    public IReadOnlyList<NamedEvent> Unheard() =>
        [.. _told.Where(n => n.Heard == 0 && n.KeepUntil > now() && runs.Waits.Any(w => w.Event == n.Name
            && (n.RunId is null ? w.Correlation == n.Correlation && n.Correlation != "" : w.RunId == n.RunId && (n.Correlation == "" || n.Correlation == w.Correlation))))];

    /// <summary>Returns whose steps have heard it; nobody's where it was somebody else's already and may not be heard again.</summary>
    public IReadOnlyList<Guid> Deliver(NamedEvent told, IReadOnlyList<RunWait> page, bool mayBeHeard)
    {
        if (!mayBeHeard && told.Heard > 0)
            return [];
        var reached = page.Where(wait => !runs.Runs[wait.RunId].Run.Ended && (runs.Runs[wait.RunId].Waits.ContainsKey(wait.Id) || runs.Flaw == Flaw.HeardTwice)).ToList();
        foreach (var wait in reached)
            hears(told, wait);
        foreach (var runId in page.Select(wait => wait.RunId).Distinct().Where(id => !runs.Runs[id].Run.Ended))
            runs.Change(runId, rows => Write(rows, told, [.. reached.Where(wait => wait.RunId == runId)]));
        foreach (var wait in page)
            runs.Runs[wait.RunId].Waits.Remove(wait.Id);
        told.Heard += reached.Count;
        return [.. reached.Select(wait => wait.RunId).Distinct()];
    }

    private static void Write(Rows rows, NamedEvent told, IReadOnlyList<RunWait> reached)
    {
        foreach (var wait in reached)
        {
            rows.Steps[wait.StepId].Output = Json.Element(new { @case = "event", @event = told.Payload });
            rows.Steps[wait.StepId].WakeAt = null;
            rows.Waits.Remove(wait.Id);
        }
        if (reached.Count == 0)
            return;
        rows.Run.Tainted = true;
        rows.Run.Status = MemoryCalls.Resting.Contains(rows.Run.Status) ? RunStatus.Running : rows.Run.Status;
    }

    private static bool Hears(RunWait wait, NamedEvent told) => wait.Event == told.Name && (told.RunId is { } run
        ? wait.RunId == run && (told.Correlation == "" || wait.Correlation == "" || wait.Correlation == told.Correlation)
        : wait.Correlation == "" || wait.Correlation == told.Correlation);
}
