using BizQ.Agents.Runtime.Flow;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Runs;

namespace BizQ.Tests.Runtime;

/// <summary>Plays a plan with steps that finish in random order, several at a time, and with people, events and time that come as they please.</summary>
internal sealed class AnyPlay(AnyPlan plan, int seed)
{
    private readonly Random _random = new(seed);
    private readonly HashSet<Place> _busy = [];

    /// <summary>Steps that have failed and about which a person is asked.</summary>
    private readonly HashSet<Guid> _asked = [];
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

    public RunJournal Journal { get; private set; } = new(Graphs.Run());

    /// <summary>All steps that were ever recorded, those of ended rounds too.</summary>
    public List<RunStep> Steps { get; } = [];

    public Decision? End { get; private set; }

    /// <summary>False when it hangs.</summary>
    public bool Play()
    {
        for (var turn = 0; turn < 20_000; turn++)
        {
            // Now and then the process dies, and another one reads what was recorded.
            if (_random.Next(40) == 0)
                Reread();
            switch (Interpreter.Advance(plan.Graph, Journal, _busy, _now))
            {
                case Decision.Go { Moves.Count: > 0 } go:
                    foreach (var move in go.Moves)
                        Apply(move);
                    break;
                case Decision.Go go:
                    Begin(go);
                    if (_busy.Count == 0)
                        return false;
                    foreach (var place in _busy.OrderBy(_ => _random.Next()).Take(1 + _random.Next(_busy.Count)).ToList())
                        Finish(place);
                    break;
                case Decision.Wait wait:
                    Bring(wait);
                    break;
                case var end:
                    End = end;
                    return true;
            }
        }
        return false;
    }

    private void Begin(Decision.Go go)
    {
        foreach (var due in go.Start)
        {
            Assert.True(Journal.StepOf(due.Path, due.Node.Id) is null, $"{due.Place} is begun a second time.");
            Assert.True(_busy.Add(due.Place));
        }
        foreach (var step in go.Continue)
            Assert.True(_busy.Add(Place.Of(step)));
        foreach (var loop in plan.Definition.Nodes.Where(n => n.Kind == LoopKinds.ForEach))
        {
            foreach (var rounds in _busy.Where(b => b.Path.Split('/') is [.., var id, _] && id == loop.Id).GroupBy(b => b.Path[..b.Path.LastIndexOf('/')]))
                Assert.True(rounds.Select(b => b.Path).Distinct().Count() <= loop.Settings!.Value.GetProperty("concurrency").GetInt32(), $"{rounds.Key} has more rounds under way than it may.");
        }
    }

    private void Finish(Place place)
    {
        _busy.Remove(place);
        var node = plan.Graph.Find(place.NodeId)!;
        if (Journal.StepOf(place.Path, place.NodeId) is { } waited)
        {
            Done(waited);
            return;
        }
        var step = Graphs.Step(Journal.NextSequence, place.NodeId, StepStatus.Waiting, kind: node.Kind, path: place.Path);
        if (LoopKinds.Includes(node.Kind))
            step.Input = node.Settings;
        else
            Wait(step);
        Journal.Add(step);
        Steps.Add(step);
        if (!LoopKinds.Includes(node.Kind) && step is { WakeAt: null, ApprovalId: null, WaitsFor: null })
            Done(step);
    }

    /// <summary>Some steps wait for a person, an event, a moment or another agent's run first.</summary>
    private void Wait(RunStep step)
    {
        switch (plan.Chance($"{step.Path}/{step.NodeId}/wait", 12))
        {
            case 0:
                step.WakeAt = _now.AddMinutes(1 + plan.Chance(step.NodeId, 100));
                break;
            case 1:
                (step.WakeAt, step.WaitsFor) = (_now.AddDays(1), StepWait.Event);
                break;
            case 2:
                var approval = Graphs.Approval(ApprovalState.Open);
                Journal.Approvals[approval.Id] = approval;
                step.ApprovalId = approval.Id;
                break;
            case 3:
                step.WaitsFor = StepWait.Run;
                break;
        }
    }

    private void Done(RunStep step)
    {
        var at = $"{step.Path}/{step.NodeId}";
        var answer = _asked.Remove(step.Id) ? plan.Chance($"{at}/answer", 3) : -1;
        var again = answer == 0 || (step is { WaitsFor: null, Error: not null } && answer < 0);
        if (again)
            (step.Attempt, step.Error, step.ApprovalId, step.WakeAt) = (step.Attempt + 1, null, null, null);
        var fails = answer > 0 || step.Error is not null || (plan.MayFail && step.Kind != "trigger" && plan.Chance($"{at}/fails/{step.Attempt}", 6) == 0);
        if (fails && answer <= 0 && Rests(step, at))
            return;
        step.Status = fails ? StepStatus.Failed : StepStatus.Succeeded;
        step.Error = fails ? step.Error ?? Broken(step) : null;
        step.Output = fails ? null : Json.Element(at);
        Lead(step, answer == 1);
    }

    /// <summary>Before it has failed for good it may be tried again after a pause, and a person may be asked.</summary>
    private bool Rests(RunStep step, string at)
    {
        var paused = step is { WaitsFor: null, Attempt: 1 } && plan.Chance($"{at}/pause", 3) == 0;
        if (!paused && (step.Attempt > 2 || plan.Graph.Find(step.NodeId)!.OnError?.Then != AfterError.Ask))
            return false;
        step.Error = Broken(step);
        if (paused)
        {
            (step.ApprovalId, step.WakeAt) = (null, _now.AddSeconds(10 + plan.Chance(at, 1000)));
            return true;
        }
        var approval = Graphs.Approval(ApprovalState.Open);
        Journal.Approvals[approval.Id] = approval;
        (step.ApprovalId, step.WakeAt, step.WaitsFor) = (approval.Id, null, null);
        return _asked.Add(step.Id);
    }

    private static System.Text.Json.JsonElement Broken(RunStep step) => Json.Element(new { code = "broken", message = step.NodeId });

    /// <summary>As the recorder decides: edges for errors after an error, the others otherwise or where the node goes on.</summary>
    private void Lead(RunStep step, bool goOn = false)
    {
        var goesOn = step.Status == StepStatus.Succeeded || goOn || plan.Graph.Find(step.NodeId)!.OnError?.Then == AfterError.Continue;
        var live = plan.Graph.OutOf(step.NodeId)
            .Where(i => plan.Definition.Edges[i].OnError ? step.Status == StepStatus.Failed : goesOn)
            .Where(i => plan.Chance($"{step.Path}/{i}", 4) > 0).ToList();
        step.LiveEdges = goesOn || live.Count > 0 ? Json.Element(live) : null;
    }

    private void Apply(LoopMove move)
    {
        var step = move.Step;
        switch (move)
        {
            case LoopMove.Abandon:
                step.Status = StepStatus.Skipped;
                break;
            case LoopMove.NextRound next when next.Round < plan.Chance($"{step.Path}/{step.NodeId}/rounds", 4):
                step.Output = Json.Element(new { rounds = next.Round + 1 });
                break;
            case LoopMove.NextRound next:
                (step.Status, step.Output) = (StepStatus.Succeeded, Json.Element(new { rounds = next.Round, last = next.Last }));
                Lead(step);
                break;
            case LoopMove.Close close:
                (step.Status, step.Output, step.Error) = (close.Error is null ? StepStatus.Succeeded : StepStatus.Failed, close.Output ?? step.Output, close.Error);
                Lead(step);
                break;
        }
    }

    private void Bring(Decision.Wait wait)
    {
        var open = Journal.Steps.Where(s => s.Status == StepStatus.Waiting && (s.ApprovalId is not null || s.WakeAt is not null || s.Listens)).ToList();
        Assert.Equal(open.Where(s => s.WakeAt is not null).Min(s => s.WakeAt), wait.WakeAt);
        var step = open[_random.Next(open.Count)];
        if (Journal.ApprovalOf(step) is { } approval)
            approval.State = ApprovalState.Approved;
        else if (step is { Listens: true, WaitsFor: StepWait.Run } && plan.MayFail && plan.Chance($"{step.Path}/{step.NodeId}/run", 3) == 0)
            step.Error = Broken(step);
        else if (step.Listens)
            (step.Output, step.WakeAt) = (Json.EmptyObject, null);
        else
            _now = step.WakeAt!.Value;
    }

    private void Reread()
    {
        _busy.Clear();
        Journal = new RunJournal(Journal.Run, Steps, approvals: Journal.Approvals.Values);
    }
}
