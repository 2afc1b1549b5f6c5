using System.Diagnostics.CodeAnalysis;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Runs;

namespace BizQ.Agents.Runtime.Flow;

/// <summary>How a frame stands: something is open in it, or it has ended, perhaps with the step that failed it.</summary>
internal readonly record struct Standing(bool Open, RunStep? Failed);

/// <summary>
/// One look at everything that is under way: the run's own nodes, and those of each round that is open. What it finds is
/// gathered in it. Rounds it finds ended are summed up in the journal, so that no later look comes by them again.
/// </summary>
internal sealed class Look(Graph graph, RunJournal journal, IReadOnlySet<Place> busy, DateTimeOffset now)
{
    private enum Resolved : byte { NotYet, Live, Dead }

    private readonly Resolved[] _edges = new Resolved[graph.Definition.Edges.Count];

    public List<Due> Start { get; } = [];
    public List<RunStep> GoOn { get; } = [];
    public List<LoopMove> Moves { get; } = [];
    public Rest Rest { get; private set; }

    /// <summary>Places somebody works on for loops whose time is over.</summary>
    public List<Place> Late { get; } = [];

    /// <summary>Places somebody works on.</summary>
    public int Working { get; private set; }

    /// <summary>Those of them that will be one more step.</summary>
    public int Coming { get; private set; }

    public Standing Of(Frame frame, Body body)
    {
        var before = Here();
        var open = false;
        RunStep? failed = null;
        foreach (var node in body.Order)
        {
            Set(node, Resolved.NotYet);
            var step = frame.StepOf(node.Id);
            if (busy.Contains(new Place(frame.Path, node.Id)))
            {
                open = true;
                Working++;
                Coming += step is null ? 1 : 0;
                continue;
            }
            switch (step?.Status)
            {
                case StepStatus.Failed when step.LiveEdges is null:
                    failed ??= step;
                    break;
                case StepStatus.Succeeded or StepStatus.Failed:
                    foreach (var edge in graph.OutOf(node.Id))
                        _edges[edge] = RunJournal.IsLive(step, edge) ? Resolved.Live : Resolved.Dead;
                    break;
                case StepStatus.Skipped:
                    Set(node, Resolved.Dead);
                    break;
                case StepStatus.Waiting:
                    open = true;
                    Wait(frame, node, step);
                    break;
                default:
                    open |= Enter(frame, node);
                    break;
            }
        }
        if (failed is null)
            return new Standing(open, null);
        // The run's own failure is its end, and what it waits for is seen to there.
        return new Standing(!Quiet(before, frame.Of is null ? [] : [frame]), failed);
    }

    private void Wait(Frame frame, NodeDefinition node, RunStep step)
    {
        if (LoopKinds.Includes(node.Kind) && step.Error is null)
        {
            if (step.WakeAt is { } end && end > now)
                Rest = Rest.NoLaterThan(end);
            if (node.Kind == LoopKinds.ForEach)
                ForEach(frame.RoundsOf(node.Id), step, IsLate(step));
            else
                While(frame.RoundsOf(node.Id), step, IsLate(step));
            return;
        }
        if (ToolLoop.Has(node) && step is { Error: null, ApprovalId: null })
        {
            Turns(frame.RoundsOf(node.Id), node, step);
            return;
        }
        if (Rests(step))
            return;
        if (LoopKinds.Includes(node.Kind) && (journal.ApprovalOf(step) is not { } asked || FailureAnswers.Of(step, asked) == FailureAnswers.Retry))
            Moves.Add(new LoopMove.Again(step));
        else
            GoOn.Add(step);
    }

    private bool Rests(RunStep step)
    {
        var rest = Rest;
        if (!rest.Add(journal, step, now))
            return false;
        Rest = rest;
        return true;
    }

    private bool IsLate(RunStep step) => step.WakeAt <= now;

    /// <summary>True when the node may begin, or may yet.</summary>
    private bool Enter(Frame frame, NodeDefinition node)
    {
        switch (Entered(frame, node))
        {
            case Resolved.Live:
                Start.Add(new Due(frame.Path, node));
                return true;
            case Resolved.Dead:
                Set(node, Resolved.Dead);
                return false;
            default:
                return true;
        }
    }

    private Resolved Entered(Frame frame, NodeDefinition node)
    {
        var into = graph.Into(node.Id);
        if (into.Count == 0)
            return frame.Of is not null || Entry.Begins(graph.Definition, journal.Run, node) ? Resolved.Live : Resolved.Dead;
        var (live, open) = (false, false);
        foreach (var edge in into)
        {
            live |= _edges[edge] == Resolved.Live;
            open |= _edges[edge] == Resolved.NotYet;
        }
        if (live && (!open || node.Join == JoinWay.Any))
            return Resolved.Live;
        return open ? Resolved.NotYet : Resolved.Dead;
    }

    /// <summary>Rounds begin in the order of their items; as many are open as may be.</summary>
    private void ForEach(Rounds rounds, RunStep step, bool late)
    {
        var (plan, body, before) = (rounds.PlanOf(step), graph.BodyOf(rounds.LoopId), Here());
        var stopped = plan.OnItemError == OnItemError.Stop && rounds.Ended.Any(e => e.Error is not null);
        var underWay = 0;
        for (var index = rounds.First; index < plan.Items.Count && underWay < plan.Concurrency; index++)
        {
            if (rounds.EndOf(index) is not null || ((stopped || late) && rounds.Find(index) is null))
                continue;
            if (Ended(rounds, index, body) is not { } end)
                underWay++;
            else
                stopped |= end.Error is not null && plan.OnItemError == OnItemError.Stop;
        }
        // What has come to its end all the same counts, however late it is.
        if (!stopped && rounds.First >= plan.Items.Count)
            Moves.Add(RoundOutcome.OfItems(step, plan, rounds));
        else if ((stopped || late) && Given(before, rounds, late))
            Moves.Add(stopped
                ? RoundOutcome.Stopped(step, rounds.Ended.Where(e => e.Error is not null).MinBy(e => e.Index)!, "Item")
                : RoundOutcome.TimedOut(step, plan, rounds, graph.Find(step.NodeId)?.TimeoutSeconds));
    }

    /// <summary>Its rounds begin nothing more, and once its time is over they stop where they can. True when nothing of them is under way any longer.</summary>
    private bool Given(Mark before, Rounds rounds, bool late)
    {
        if (late)
        {
            var inside = (rounds.Outer.Path.Length == 0 ? "" : rounds.Outer.Path + "/") + rounds.LoopId + "/";
            Late.AddRange(busy.Where(place => place.Path.StartsWith(inside, StringComparison.Ordinal)));
        }
        return Quiet(before, rounds.UnderWay);
    }

    /// <summary>Its step says which round was last decided on; when that has ended, the condition decides about the next.</summary>
    private void While(Rounds rounds, RunStep step, bool late)
    {
        var (current, body, before) = (LoopPlan.Rounds(step) - 1, graph.BodyOf(rounds.LoopId), Here());
        for (var round = rounds.First; round < current; round++)
        {
            Ended(rounds, round, body);
            rounds.ForgetBelow(round);
        }
        if (current < 0)
        {
            Moves.Add(new LoopMove.NextRound(step, 0, null, rounds.Outer.Path));
            return;
        }
        // Not summed up yet: the condition looks back at the steps of the round.
        var frame = rounds.Open(current);
        var standing = Of(frame, body);
        if (standing.Open && late && Given(before, rounds, late))
            Moves.Add(RoundOutcome.TimedOut(step, null, rounds, graph.Find(step.NodeId)?.TimeoutSeconds));
        if (standing.Open)
            return;
        Moves.Add(standing.Failed is { } failed
            ? RoundOutcome.Stopped(step, RoundOutcome.Of(frame, body, graph, failed), "Round")
            : new LoopMove.NextRound(step, current + 1, RoundOutcome.Of(frame, body, graph, null).Value, frame.Path));
    }

    /// <summary>A model's turns one after the other; what it calls for in one is done, side by side, before the next.</summary>
    private void Turns(Rounds rounds, NodeDefinition node, RunStep step)
    {
        for (var turn = 0; ; turn++)
        {
            var frame = rounds.Open(turn);
            var number = turn;
            if (!Inner(frame, ToolLoop.Turn, () => ToolSteps.Turn(node, rounds, number), out var said))
                return;
            if (said.Status != StepStatus.Succeeded)
            {
                Moves.Add(new LoopMove.Close(step, null, said.Error) { OfTurns = true, GoOn = said.LiveEdges is not null });
                return;
            }
            if (ToolSteps.AnswerOf(said) is { } answer)
            {
                Moves.Add(new LoopMove.Close(step, answer) { OfTurns = true, Evidence = ToolSteps.EvidenceOf(rounds) });
                return;
            }
            var open = false;
            foreach (var call in ToolSteps.Calls(node, frame.Path, said))
                open |= !Inner(frame, call.Node.Id, () => call, out _);
            if (open)
                return;
        }
    }

    /// <summary>True when this step of a model's round has ended; otherwise it is seen to.</summary>
    private bool Inner(Frame frame, string nodeId, Func<Due> due, [NotNullWhen(true)] out RunStep? step)
    {
        step = frame.StepOf(nodeId);
        if (busy.Contains(new Place(frame.Path, nodeId)))
        {
            Working++;
            Coming += step is null ? 1 : 0;
            return false;
        }
        if (step is null)
            Start.Add(due());
        else if (step.Status == StepStatus.Waiting && !Rests(step))
            GoOn.Add(step);
        return step is { Status: not StepStatus.Waiting };
    }

    /// <summary>How a round ended, which is then summed up; null while it is open.</summary>
    private RoundEnd? Ended(Rounds rounds, int index, Body body)
    {
        if (rounds.EndOf(index) is { } known)
            return known;
        var frame = rounds.Open(index);
        var standing = Of(frame, body);
        if (standing.Open)
            return null;
        var end = RoundOutcome.Of(frame, body, graph, standing.Failed);
        rounds.End(end, again: end.Error is not null && graph.MayRepeat(rounds.LoopId));
        return end;
    }

    /// <summary>
    /// What has failed begins nothing more: only what is on its way out is followed to its end. True once nothing of it moves
    /// and nothing of <paramref name="frames"/> waits any longer.
    /// </summary>
    private bool Quiet(Mark before, IEnumerable<Frame> frames)
    {
        Start.RemoveRange(before.Start, Start.Count - before.Start);
        Moves.RemoveRange(before.Moves, Moves.Count - before.Moves);
        Rest = before.Rest;
        var moving = GoOn.Skip(before.GoOn).Where(journal.OnItsWay).ToList();
        GoOn.RemoveRange(before.GoOn, GoOn.Count - before.GoOn);
        GoOn.AddRange(moving);
        if (moving.Count > 0 || Working > before.Working)
            return false;
        var waiting = frames.SelectMany(f => f.All()).Where(s => s.Status == StepStatus.Waiting).ToList();
        Moves.AddRange(waiting.Select(s => new LoopMove.Abandon(s)));
        return waiting.Count == 0;
    }

    private void Set(NodeDefinition node, Resolved how)
    {
        foreach (var edge in graph.OutOf(node.Id))
            _edges[edge] = how;
    }

    private Mark Here() => new(Start.Count, GoOn.Count, Moves.Count, Working, Rest);

    private readonly record struct Mark(int Start, int GoOn, int Moves, int Working, Rest Rest);
}
