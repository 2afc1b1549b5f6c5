using System.Globalization;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Runtime.Kills;

/// <summary>
/// Killed right before and right after every commit and every call, one life for each: nothing is lost, no step is repeated, and
/// what must happen once has happened once. One agent has nodes of all the kinds that need nothing outside the runtime, so their boundaries are among them.
/// </summary>
public sealed class BoundaryTests
{
    private static readonly string[] Boundaries = ["commit-{0}-before", "commit-{0}-after", "call-{0}-before", "call-{0}-after"];

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task Killed_at_every_boundary_every_run_comes_to_the_same_end(Engine engine)
    {
        await using var house = await MortalHouse.Build(engine, Read("everything.json"));
        var kills = await Reign(house);
        await EachIsWhole(house);
        Assert.Equal(Boundaries, kills.Keys);
        Assert.Equal((2, 2), (kills[Boundaries[2]], kills[Boundaries[3]]));
    }

    /// <summary>A life for each boundary, each with a new run that is killed there, and with those that died before to be finished.</summary>
    private static async Task<Dictionary<string, int>> Reign(MortalHouse house)
    {
        var kills = new Dictionary<string, int>();
        foreach (var boundary in Boundaries)
        {
            for (var number = 1; ; number++)
            {
                var at = string.Format(CultureInfo.InvariantCulture, boundary, number);
                await house.Accept($"killed at {at}");
                if (await house.Live($"killed at {at}", at) == Ending.Finished)
                    break;
                kills[boundary] = number;
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"Killed {kills.Values.Sum()} times: {string.Join(", ", kills.Select(k => $"{k.Key} {k.Value}"))}");
        return kills;
    }

    private async Task EachIsWhole(MortalHouse house)
    {
        await using var db = house.Database.Open(house.WorkspaceId);
        var runs = await db.Runs.AsNoTracking().ToListAsync(_cancel);
        Assert.All(runs, run => Assert.True(run.Status == RunStatus.Succeeded, $"{run.IdempotencyKey} is {run.Status}: {run.Error}"));
        Assert.All(runs, run => Assert.Equal("\"all of it\"", run.Output?.GetRawText()));
        var steps = await db.RunSteps.AsNoTracking().ToListAsync(_cancel);
        Assert.All(steps.GroupBy(s => (s.RunId, s.NodeId, s.Path)), same => Assert.Equal(StepStatus.Succeeded, Assert.Single(same).Status));
        Assert.All(steps.GroupBy(s => s.RunId), mine => Assert.Equal(steps.Count / runs.Count, mine.Count()));
        Assert.Equal(0, await db.Approvals.CountAsync(a => a.State == ApprovalState.Open, _cancel));
        Assert.Equal(0, await db.RunWaits.CountAsync(_cancel));
        var effects = await db.Effects.AsNoTracking().ToListAsync(_cancel);
        Assert.All(effects, effect => Assert.Equal(EffectState.Done, effect.State));
        var acts = house.Acts().CountBy(act => act).ToDictionary();
        Assert.All(effects, effect =>
        {
            var times = acts.GetValueOrDefault($"{effect.Operation} {effect.IdempotencyKey}");
            Assert.True(effect.Operation == "mortal.once" ? times == 1 : times >= 1, $"{effect.Operation} happened {times} times.");
        });
        Assert.Equal(effects.Count, acts.Count);
    }

    private static AgentDefinition Read(string file) => Json.Read<AgentDefinition>(File.ReadAllText(Repository.File("BizQ.Tests", "Runtime", "Kills", file)))!;
}
