using BizQ.Agents.Runtime.Flow;
using BizQ.Core.Runs;

namespace BizQ.Tests.Runtime.Simulation.Laws;

/// <summary>Of events and calls: heard once and by whom they are for, started once, answered once, and never left behind.</summary>
internal sealed class LawOfWaits(World world, Func<IReadOnlyDictionary<Guid, Rows>> runs)
{
    /// <summary>When each step began to listen, and when each event was first heard.</summary>
    private readonly Dictionary<Guid, DateTimeOffset> _began = [];
    private readonly Dictionary<Guid, DateTimeOffset> _heard = [];
    private readonly HashSet<Guid> _hearing = [];
    private readonly HashSet<Guid> _retried = [];

    /// <summary>A person let it go on, whatever became of its caller.</summary>
    public void Retried(Guid runId) => _retried.Add(runId);

    public void Started(Rows child)
    {
        if (child.Run.ParentRunId is not { } parentId)
            return;
        var parent = runs()[parentId];
        if (parent.Run.Status == RunStatus.Cancelled || (parent.Run.CancelRequestedAt is not null && parent.Run.Status != RunStatus.Succeeded))
            world.Break("A run that was asked to stop has called another agent.");
        if (child.Run.Depth != parent.Run.Depth + 1 || child.Run.Depth > CallAgent.MostDepth)
            world.Break($"A run of depth {parent.Run.Depth} has called one of depth {child.Run.Depth}.");
        var others = runs().Values.Where(rows => rows.Run.ParentStepId == child.Run.ParentStepId && rows != child).ToList();
        // One that took too long has been asked to stop, and may still be on its way to its end; one that is parked does nothing.
        if (others.Exists(rows => !rows.Run.Ended && rows.Run is { CancelRequestedAt: null, Status: not RunStatus.Parked } && !_retried.Contains(rows.Run.Id)))
            world.Break("One step has called an agent twice.");
        if (!parent.Steps.TryGetValue(child.Run.ParentStepId!.Value, out var step) || others.Count >= step.Attempt)
            world.Break("A step has called more agents than it was tried.");
    }

    public void Look(Rows before, Rows now)
    {
        foreach (var step in now.Steps.Values.Where(s => s.WaitsFor is not null))
        {
            var was = before.Steps.GetValueOrDefault(step.Id);
            if (was is null && step.WaitsFor == StepWait.Event)
                _began[step.Id] = world.Now;
            // Once a person is asked what becomes of its failure, what they say is another answer to another question.
            if (was is { Status: StepStatus.Waiting, WaitsFor: not null, ApprovalId: null } && step.Status == StepStatus.Waiting && (was.Output ?? was.Error) is { } known
                && (step.Output ?? step.Error) is { } said && known.GetRawText() != said.GetRawText())
                world.Break($"{Place.Of(step)} was answered twice.");
        }
    }

    public void Hears(NamedEvent told, RunWait wait)
    {
        world.Tell($"{told.IdempotencyKey} is heard by {runs()[wait.RunId].Run.Title}");
        if (!_hearing.Add(wait.StepId))
            world.Break("One wait has heard two events.");
        if (told.Name != wait.Event || (wait.Correlation.Length > 0 && told.Correlation != wait.Correlation && !(told.RunId == wait.RunId && told.Correlation.Length == 0)))
            world.Break($"A wait for '{wait.Event}' of '{wait.Correlation}' has heard '{told.Name}' of '{told.Correlation}'.");
        // By the clock, as the product tells it: of the same instant neither is later.
        if (!_heard.TryAdd(told.Id, world.Now) && _began[wait.StepId] > _heard[told.Id])
            world.Break("An event that had been heard was heard again by a wait that began later.");
    }

    public void Quiet(IReadOnlyCollection<Rows> all)
    {
        foreach (var rows in all)
        {
            foreach (var step in rows.Steps.Values.Where(s => s is { WaitsFor: StepWait.Run, Status: StepStatus.Waiting, ApprovalId: null } && !rows.Run.Ended && rows.Run.Status != RunStatus.Parked))
            {
                if (!all.Any(child => child.Run.ParentStepId == step.Id && !child.Run.Ended))
                    world.Break($"All is quiet, but {Place.Of(step)} waits for a run that has ended.");
            }
            if (!rows.Run.Ended && !_retried.Contains(rows.Run.Id) && rows.Run.ParentRunId is { } parent && runs()[parent].Run.Status == RunStatus.Cancelled)
                world.Break("All is quiet, but a run goes on whose caller was cancelled.");
        }
    }
}
