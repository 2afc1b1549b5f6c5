using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Runtime.Kills;

/// <summary>
/// Killed right before and right after every commit, every call and every event, and then once more: nothing is lost, no step is
/// repeated, and what must happen once has happened once. The agent has nodes of all kinds and calls another one, whose commits
/// and calls count too.
/// </summary>
public sealed class BoundaryTests
{
    /// <summary>Nodes that fail whenever they are tried; what follows is seen to.</summary>
    private static readonly string[] Fail = ["stumble", "stuck"];

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task Killed_at_every_boundary_every_run_comes_to_the_same_end(Engine engine)
    {
        var (everything, helper) = (Read("everything.json"), Read("helper.json"));
        await using var house = await new MortalHouse().Build(engine, everything, helper);
        var reign = await new Reign(house).Run();

        Assert.Equal(house.Lines("kinds.txt")[0].Split(' ').Order(), everything.Nodes.Select(node => node.Kind).Distinct().Order());
        Assert.All(everything.Nodes.Where(node => node.Id != "never"), node => Assert.Contains(reign.Moments, moment => moment.Contains($"/{node.Id} ", StringComparison.Ordinal)));
        Assert.Equal(4, reign.Moments.Count(moment => moment.StartsWith("call of", StringComparison.Ordinal)));
        Assert.Equal(1, reign.Moments.Count(moment => moment.StartsWith("event", StringComparison.Ordinal)));
        await EachIsWhole(house, 1 + 2 * reign.Moments.Count);
        await reign.EffectsAreWhole(ofEach: 4);
        await reign.NothingWasDoneAgain();
    }

    private async Task EachIsWhole(MortalHouse house, int many)
    {
        await using var db = house.Database.Open(house.WorkspaceId);
        var runs = await db.Runs.AsNoTracking().ToListAsync(_cancel);
        Assert.All(runs, run => Assert.True(run.Status == RunStatus.Succeeded, $"{run.Title} is {run.Status}: {run.Error}"));
        var (whole, called) = (runs.Where(run => run.ParentRunId is null).ToList(), runs.Where(run => run.ParentRunId is not null).ToList());
        Assert.Equal(many, whole.Count);
        Assert.All(whole, run => Assert.Equal("\"all of it\"", run.Output?.GetRawText()));
        Assert.Equal(whole.Select(run => (run.Id, 2)).Order(), called.CountBy(run => run.ParentRunId!.Value).Select(calls => (calls.Key, calls.Value)).Order());
        var steps = await db.RunSteps.AsNoTracking().ToListAsync(_cancel);
        Assert.All(steps.GroupBy(s => (s.RunId, s.NodeId, s.Path)), same => Assert.Equal(Fail.Contains(same.Key.NodeId) ? StepStatus.Failed : StepStatus.Succeeded, Assert.Single(same).Status));
        Assert.Equal(steps.Count, whole.Count * steps.Count(s => s.RunId == whole[0].Id) + called.Count * steps.Count(s => s.RunId == called[0].Id));
        Assert.Equal(Enumerable.Repeat(1, whole.Count), await db.NamedEvents.Select(told => told.Heard).ToListAsync(_cancel));
        Assert.Equal(0, await db.Approvals.CountAsync(a => a.State == ApprovalState.Open, _cancel));
        Assert.Equal(0, await db.RunWaits.CountAsync(_cancel));
    }

    private static AgentDefinition Read(string file) => Json.Read<AgentDefinition>(File.ReadAllText(Repository.File("BizQ.Tests", "Runtime", "Kills", file)))!;
}
