using System.Text.Json;
using BizQ.Agents.Runtime.Flow;
using BizQ.Core.Agents;
using BizQ.Core.Runs;

namespace BizQ.Tests.Runtime.Simulation.Laws;

/// <summary>Of loops: every round once, no more at a time than may be, and nothing in a loop that has ended.</summary>
internal sealed class LawOfLoops(World world)
{
    public void Look(Rows before, Rows now)
    {
        foreach (var loop in now.Steps.Values.Where(s => LoopKinds.Includes(s.Kind) && s.Status != StepStatus.Retried))
        {
            var inside = $"{(loop.Path.Length == 0 ? "" : loop.Path + "/")}{loop.NodeId}/";
            var steps = now.Steps.Values.Where(s => s.Path.StartsWith(inside, StringComparison.Ordinal)).ToList();
            var was = before.Steps.GetValueOrDefault(loop.Id);
            if (was is { LiveEdges: not null } && steps.Exists(s => !before.Steps.ContainsKey(s.Id)))
                world.Break($"The loop {Place.Of(loop)} has ended, and still something begins in it.");
            if (loop.Status == StepStatus.Succeeded && was?.Status != StepStatus.Succeeded)
                Whole(loop, steps.Select(s => RoundOf(s, inside)).ToHashSet());
            else if (loop.Status == StepStatus.Waiting)
                AtOnce(loop, steps.Where(s => s.Status == StepStatus.Waiting).Select(s => RoundOf(s, inside)).Distinct().Count());
        }
    }

    private void Whole(RunStep loop, HashSet<int> rounds)
    {
        var many = loop.Kind == LoopKinds.ForEach
            ? loop.Input!.Value.GetProperty("items").GetArrayLength()
            : loop.Output!.Value.GetProperty("rounds").GetInt32();
        if (!rounds.SetEquals(Enumerable.Range(0, many)))
            world.Break($"The loop {Place.Of(loop)} should have had {many} rounds, and had {string.Join(", ", rounds.Order())}.");
        if (loop.Kind == LoopKinds.ForEach && loop.Output!.Value.GetProperty("items") is var items && (items.ValueKind != JsonValueKind.Array || items.GetArrayLength() != many))
            world.Break($"The loop {Place.Of(loop)} had {many} rounds and came to {items}.");
    }

    private void AtOnce(RunStep loop, int open)
    {
        var most = loop.Kind == LoopKinds.ForEach ? LoopPlan.Of(loop).Concurrency : 1;
        if (open > most)
            world.Break($"The loop {Place.Of(loop)} has {open} rounds open, and {most} are the most.");
    }

    private static int RoundOf(RunStep step, string inside) =>
        int.Parse(step.Path.AsSpan(inside.Length) is var rest && rest.IndexOf('/') is var end and >= 0 ? rest[..end] : rest, System.Globalization.CultureInfo.InvariantCulture);
}
