using BizQ.Core.Effects;
using BizQ.Core.Runs;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Runtime.Kills;

/// <summary>
/// Four lives. In the first one run ends in peace and shows every moment there is: each step as it is recorded, each call, each
/// event. Then there is a run for each of them to die right before it, and one to die right after it. The third life takes them
/// all up and dies of the first thing it does for each; the fourth ends them.
/// </summary>
internal sealed class Reign(MortalHouse house)
{
    private const string InPeace = "in peace";

    private static readonly string[] Sides = ["before", "after"];

    /// <summary>Before each life, how many steps of which node of which run were recorded; and how often it was worked on until then.</summary>
    private readonly List<(Dictionary<(Guid Run, string Node), int> Recorded, int Begun)> _lives = [];

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    /// <summary>Every moment there is.</summary>
    public IReadOnlyList<string> Moments { get; private set; } = [];

    public async Task<Reign> Run()
    {
        await house.Accept([InPeace]);
        Assert.Equal(Ending.Finished, await Live([]));
        Assert.Empty(await Unfinished());
        Moments = [.. house.Lines("moments.txt").Select(line => line.Split('\t')).Where(parts => parts[0] == InPeace).Select(parts => parts[1]).Distinct()];

        var doomed = Moments.SelectMany(moment => Sides.Select(side => $"{side} {moment}")).ToDictionary(boundary => $"killed {boundary}");
        await house.Accept(doomed.Keys);
        Assert.Equal(Ending.Killed, await Live(doomed));
        var killed = house.Lines("still.txt").Select(line => line.Split('\t')[1]).ToList();
        // How a run stands between two steps depends on how quick others are; what its steps come to does not.
        var spared = doomed.Values.Except(killed).Where(boundary => !boundary.Contains(" run ", StringComparison.Ordinal)).ToList();
        Assert.True(spared.Count == 0, $"No run died {string.Join(", ", spared)}. {await Failures()}");

        var left = await Unfinished();
        Assert.Equal(Ending.Killed, await Live(left.Index().ToDictionary(run => run.Item, run => $"{Sides[run.Index % 2]} anything")));
        Assert.Equal(killed.Count + left.Count, house.Lines("still.txt").Count);
        Assert.Equal(Ending.Finished, await Live([]));
        TestContext.Current.TestOutputHelper?.WriteLine($"{killed.Count} runs were killed at a boundary each, and {left.Count} once more: {string.Join(", ", Moments)}");
        return this;
    }

    /// <summary>What must happen once has happened once, and nothing is left to be settled.</summary>
    public async Task EffectsAreWhole(int ofEach)
    {
        await using var db = house.Database.Open(house.WorkspaceId);
        var effects = await db.Effects.AsNoTracking().ToListAsync(_cancel);
        Assert.Equal(ofEach * (1 + 2 * Moments.Count), effects.Count);
        Assert.All(effects, effect => Assert.Equal(EffectState.Done, effect.State));
        var acts = house.Lines("world.txt").CountBy(act => act).ToDictionary();
        Assert.All(effects, effect =>
        {
            var times = acts.GetValueOrDefault($"{effect.Operation} {effect.IdempotencyKey}");
            Assert.True(effect.Operation == "mortal.once" ? times == 1 : times >= 1, $"{effect.Operation} happened {times} times.");
        });
        Assert.Equal(effects.Count, acts.Count);
    }

    /// <summary>A life works only on what no earlier one had recorded, and on each of that once.</summary>
    public async Task NothingWasDoneAgain()
    {
        var (whole, begun) = (await Recorded(), house.Lines("begun.txt").Select(line => line.Split('\t')).Select(parts => (Run: Guid.Parse(parts[0]), Node: parts[1])).ToList());
        foreach (var (recorded, from, to) in _lives.Zip(_lives.Skip(1).Select(life => life.Begun).Append(begun.Count), (life, to) => (life.Recorded, life.Begun, to)))
        {
            foreach (var (place, times) in begun[from..to].CountBy(place => place))
                Assert.True(times <= whole[place] - recorded.GetValueOrDefault(place), $"{place.Node} has {whole[place]} steps, of which {recorded.GetValueOrDefault(place)} were recorded, and a life worked on it {times} times.");
        }
    }

    private async Task<Ending> Live(Dictionary<string, string> doomed)
    {
        _lives.Add((await Recorded(), house.Lines("begun.txt").Count));
        return await house.Live(doomed);
    }

    private async Task<Dictionary<(Guid Run, string Node), int>> Recorded()
    {
        await using var db = house.Database.Open(house.WorkspaceId);
        return (await db.RunSteps.Select(step => new { step.RunId, step.NodeId }).ToListAsync(_cancel)).CountBy(step => (step.RunId, step.NodeId)).ToDictionary();
    }

    /// <summary>What steps say of themselves that failed.</summary>
    private async Task<string> Failures()
    {
        await using var db = house.Database.Open(house.WorkspaceId);
        var errors = await db.RunSteps.AsNoTracking().Where(step => step.Error != null).Select(step => new { step.NodeId, step.Error }).ToListAsync(_cancel);
        return string.Join(" ", errors.Select(e => $"{e.NodeId}: {e.Error}").CountBy(text => text).Select(same => $"{same.Value} times {same.Key}."));
    }

    private async Task<List<string>> Unfinished()
    {
        await using var db = house.Database.Open(house.WorkspaceId);
        return await db.Runs.Where(run => run.Status != RunStatus.Succeeded).Select(run => run.Title).Distinct().ToListAsync(_cancel);
    }
}
