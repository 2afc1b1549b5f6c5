using BizQ.Core.Approvals;
using BizQ.Core.Runs;

namespace BizQ.Agents.Runtime.Flow;

/// <summary>What a waiting step rests for; nothing of it when it can go on.</summary>
[Flags]
public enum RestsFor { Nothing = 0, Time = 1, Event = 2, Person = 4 }

/// <summary>Gathers what all waiting steps of a run rest for, and so how the run stands when nothing else is to be done.</summary>
internal struct Rest
{
    private RestsFor _for;

    /// <summary>The earliest moment any of them waits for.</summary>
    public DateTimeOffset? WakeAt { get; private set; }

    public readonly bool Any => _for != RestsFor.Nothing;

    /// <summary>A person is what people can do something about, so it is named before an event, and an event before the time.</summary>
    public readonly RunStatus Status =>
        _for.HasFlag(RestsFor.Person) ? RunStatus.WaitingForApproval
        : _for.HasFlag(RestsFor.Event) ? RunStatus.WaitingForEvent
        : RunStatus.WaitingForTime;

    /// <summary>True when the step rests; false when it can go on.</summary>
    public bool Add(RunJournal journal, RunStep step, DateTimeOffset now)
    {
        var rests = Of(journal, step, now);
        if (rests == RestsFor.Nothing)
            return false;
        _for |= rests;
        if (step.WakeAt is { } at)
            this = NoLaterThan(at);
        return true;
    }

    /// <summary>A moment to look again at, even if nothing rests for it: the end of a loop's time.</summary>
    public readonly Rest NoLaterThan(DateTimeOffset at) => WakeAt is null || at < WakeAt ? this with { WakeAt = at } : this;

    /// <summary>
    /// A step rests while its approval is open; else until its moment; else while it listens for an event or for the run it has
    /// started. Whoever brings what it listens for takes away its wait and its moment, and with them its rest.
    /// </summary>
    public static RestsFor Of(RunJournal journal, RunStep step, DateTimeOffset now)
    {
        if (journal.ApprovalOf(step) is { State: ApprovalState.Open })
            return RestsFor.Person;
        if (step.WakeAt is { } at && at <= now)
            return RestsFor.Nothing;
        if (step.Listens)
            return RestsFor.Event;
        return step.WakeAt is null ? RestsFor.Nothing : RestsFor.Time;
    }
}
