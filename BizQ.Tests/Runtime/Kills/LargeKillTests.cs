using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Data.Archiving;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Runtime.Kills;

/// <summary>What is too large for its row outlives its process like everything else.</summary>
public sealed class LargeKillTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task Killed_around_the_commit_of_three_megabytes_every_run_goes_on_with_the_same_value(Engine engine)
    {
        await using var house = await new MortalHouse().Build(engine, Large());
        var reign = await new Reign(house).Run();

        using var archive = new FileArchive(house.Database.DataPath);
        var payloads = new RunPayloads(archive);
        await using var db = house.Database.Open(house.WorkspaceId);
        Assert.All(await db.Runs.AsNoTracking().ToListAsync(_cancel), run => Assert.True(run.Status == RunStatus.Succeeded, $"{run.Title} is {run.Status}: {run.Error}"));
        var steps = await db.RunSteps.AsNoTracking().ToListAsync(_cancel);
        Assert.Equal(4 * (1 + 2 * reign.Moments.Count), steps.Count);
        foreach (var mine in steps.GroupBy(step => step.RunId))
        {
            var (made, taken) = (mine.Single(s => s.NodeId == "make"), mine.Single(s => s.NodeId == "take"));
            Assert.Equal(2_700_022, ArchivedJson.In(made.Output)?.Bytes);
            Assert.NotNull(ArchivedJson.In(taken.Output));
            await payloads.Fill(made, _cancel);
            await payloads.Fill(taken, _cancel);
            Assert.Equal(made.Output!.Value.GetRawText(), taken.Output!.Value.GetProperty("all").GetRawText());
        }
    }

    private static AgentDefinition Large() => Json.Read<AgentDefinition>(
        """
        {
          "format": 1, "name": "Large", "purpose": "Carries much.",
          "nodes": [
            { "id": "start", "kind": "trigger" },
            { "id": "make", "kind": "transform", "settings": { "set": { "a": "{{ 'a'.repeat(900000) }}", "b": "{{ 'b'.repeat(900000) }}", "c": "{{ 'c'.repeat(900000) }}" } } },
            { "id": "take", "kind": "transform", "settings": { "set": { "all": "{{ steps.make.output }}" } } },
            { "id": "say", "kind": "output", "settings": { "value": "done" } }
          ],
          "edges": [ { "from": "start", "to": "make" }, { "from": "make", "to": "take" }, { "from": "take", "to": "say" } ]
        }
        """)!;
}
