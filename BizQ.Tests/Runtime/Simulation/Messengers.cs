using BizQ.Agents.Runtime.Journal;
using BizQ.Agents.Waits;
using BizQ.Core;
using BizQ.Core.Runs;

namespace BizQ.Tests.Runtime.Simulation;

/// <summary>
/// What a process does between commits for those who wait: as <see cref="AfterCommit"/>, <see cref="DeliverEvent"/> and
/// <see cref="SweepWaits"/> do it, one transaction after the other, so that it may die between any two of them.
/// </summary>
internal sealed class Messengers(World world, MemoryRuns runs, MemoryEvents events, MemoryCalls calls, SimWake wake)
{
    private readonly List<(NamedEvent Told, Life By)> _open = [];

    /// <summary>An event comes in; whoever sent it repeats it until somebody has heard it out.</summary>
    public void Send(NamedEvent told) => world.Later(null, $"an event '{told.Name}' of '{told.Correlation}' comes in", () =>
    {
        var life = world.Pick(wake.Lives);
        _open.Add((told, life));
        life.Do(() => Tell(life, told));
    });

    /// <summary>Senders whose process has died try the next. Returns how many.</summary>
    public int Resend()
    {
        var lost = _open.Where(open => open.By.Over).ToList();
        foreach (var open in lost)
        {
            _open.Remove(open);
            Send(open.Told);
        }
        return lost.Count;
    }

    public async Task After(Life life, JournalEntry entry)
    {
        foreach (var started in entry.NewRuns)
            wake.Tell(started.Id);
        foreach (var wait in entry.NewWaits)
            await Earlier(life, wait);
        if (AnswerParent.Owes(entry.Run))
            wake.Tell(entry.Run.ParentRunId!.Value);
        if (entry.Run.Status is not (RunStatus.Failed or RunStatus.Cancelled)
            && !entry.ChangedSteps.Exists(s => s is { WaitsFor: StepWait.Run, Status: not (StepStatus.Waiting or StepStatus.Succeeded) }))
            return;
        foreach (var child in await Once(life, "looks for runs left behind", () => calls.LeftBehind(entry.Run.Id)))
            Wake(await Once(life, "cancels a run left behind", () => calls.Cancel(child, force: false)));
    }

    /// <summary>The second net. Returns how much was in it.</summary>
    public int Sweep()
    {
        var (unheard, left, due) = (events.Unheard(), calls.LeftBehind(), runs.TakeDue(world.Now));
        foreach (var told in unheard)
        {
            var life = world.Pick(wake.Lives);
            life.Do(() => Hear(life, told, again: true));
        }
        foreach (var child in left)
            Wake(calls.Cancel(child, force: false));
        Wake(due);
        return unheard.Count + left.Count + due.Count;
    }

    private async Task Tell(Life life, NamedEvent told)
    {
        // Those who are told that the run has ended send it no more.
        if (told.RunId is { } run && await Once(life, "looks for whom it is", () => runs.Runs[run].Run.Ended))
        {
            _open.RemoveAll(open => open.Told == told);
            return;
        }
        var kept = await Once(life, "keeps an event", () => events.Record(told));
        if (kept.Heard == 0)
            await Hear(life, kept, again: kept != told);
        _open.RemoveAll(open => open.Told == told && open.By == life);
    }

    private async Task Hear(Life life, NamedEvent told, bool again)
    {
        var page = await Once(life, "looks who waits", () => events.Listening(told, -1, int.MaxValue));
        var last = page.Count < events.AtOnce ? 0 : await Once(life, "looks who was there", events.Newest);
        var heard = 0;
        while (page.Count > 0)
        {
            var (these, mayBeHeard) = (page, !again || heard > 0);
            var reached = await Once(life, "delivers an event", () => events.Deliver(told, these, mayBeHeard));
            Wake(reached);
            heard += reached.Count;
            if (page.Count < events.AtOnce || (again && heard == 0))
                break;
            page = await Once(life, "looks who else waits", () => events.Listening(told, runs.NumberOf(these[^1]), last));
        }
    }

    private async Task Earlier(Life life, RunWait wait)
    {
        foreach (var told in await Once(life, "looks what came before", () => events.Earlier(wait)))
        {
            var reached = await Once(life, "takes an earlier event", () => events.Deliver(told, [wait], mayBeHeard: false));
            Wake(reached);
            if (reached.Count > 0)
                return;
        }
    }

    private void Wake(IEnumerable<Guid> who)
    {
        foreach (var run in who)
            wake.Tell(run);
    }

    /// <summary>One transaction: what was sent may be written although its sender is dead by then.</summary>
    private Task<T> Once<T>(Life life, string what, Func<T> transaction)
    {
        var answer = new TaskCompletionSource<T>();
        world.Later(life, $"{life.Name} {what}", () =>
        {
            var done = transaction();
            world.Later(life, $"{life.Name} goes on", () => answer.TrySetResult(done));
        }, lost: () => _ = world.Chance(0.5) ? transaction() : default);
        return answer.Task;
    }
}

/// <summary>Those outside whose events agents wait for. They send them early, late, twice, to nobody, and to the wrong run.</summary>
internal sealed class Senders(World world, MemoryRuns runs, Messengers messengers, Ids ids)
{
    private readonly List<NamedEvent> _sent = [];

    public void SendSomething()
    {
        if (_sent.Count > 0 && world.Chance(0.3))
        {
            Again(world.Pick(_sent));
            return;
        }
        var correlation = world.Random.Next(6) switch { 0 => "", 1 => "nobody", _ => world.Pick(SimAgents.Correlations) };
        Guid? run = runs.Runs.Count > 0 && world.Chance(0.15) ? world.Pick(runs.Runs.Keys.ToList()) : null;
        Send(world.Chance(0.9) ? SimAgents.Event : "other", correlation, run);
    }

    /// <summary>What some run waits for is given. False when nobody waits for any event.</summary>
    public bool GiveSomething()
    {
        if (runs.Waits.ToList() is not { Count: > 0 } waits)
            return false;
        var wait = world.Pick(waits);
        Send(wait.Event, wait.Correlation, wait.Correlation.Length == 0 && world.Chance(0.5) ? wait.RunId : null);
        return true;
    }

    private void Send(string name, string correlation, Guid? run)
    {
        var number = _sent.Count;
        var told = new NamedEvent
        {
            Id = ids.New(),
            WorkspaceId = Guid.Empty,
            Name = name,
            Correlation = correlation,
            RunId = run,
            Payload = Json.Element(new { number }),
            IdempotencyKey = $"event-{number}",
            ReceivedAt = world.Now,
            KeepUntil = world.Now + DeliverEvent.Kept,
        };
        _sent.Add(told);
        messengers.Send(told);
        if (world.Chance(0.3))
            Again(told);
    }

    /// <summary>The same key brings the same event, in a request of its own.</summary>
    private void Again(NamedEvent told) => messengers.Send(new NamedEvent
    {
        Id = ids.New(),
        WorkspaceId = told.WorkspaceId,
        Name = told.Name,
        Correlation = told.Correlation,
        RunId = told.RunId,
        Payload = told.Payload,
        IdempotencyKey = told.IdempotencyKey,
        ReceivedAt = told.ReceivedAt,
        KeepUntil = told.KeepUntil,
    });
}
