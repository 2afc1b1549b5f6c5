using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;
using BizQ.Tests.Models;
using BizQ.Tests.Runtime.Kills;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Runtime.ToolUse;

/// <summary>
/// Killed right before and right after every commit and every call in the middle of a model's tool loop, and then once more: the
/// model is never asked again for a turn that is in the journal, no call is carried out twice, and every run comes to its answer.
/// </summary>
public sealed partial class ToolLoopKillTests
{
    private const string Definition = """
        {
          "format": 1, "name": "Helper", "purpose": "Works with tools.", "autonomy": "automatic",
          "permissions": { "tools": ["mortal.once", "mortal.again"], "recipients": ["customers"] },
          "nodes": [
            { "id": "start", "kind": "trigger" },
            { "id": "assist", "kind": "model", "settings": { "task": "free", "instruction": "Help.", "input": "run={{ trigger.input.run }}=", "tools": ["context", "mortal.once", "mortal.again"] } },
            { "id": "end", "kind": "output", "settings": { "value": "{{ steps.assist.output.text }}" } }
          ],
          "edges": [ { "from": "start", "to": "assist" }, { "from": "assist", "to": "end" } ]
        }
        """;

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task Killed_anywhere_in_the_loop_it_goes_on_where_it_was(Engine engine)
    {
        await using var model = await ScriptedModel.Start();
        await using var house = await new MortalHouse("--Models:Endpoints:0:Name=scripted", $"--Models:Endpoints:0:BaseUrl={model.BaseUrl}", "--Models:Endpoints:0:Model=tiny")
            .Build(engine, Json.Read<AgentDefinition>(Definition)!);
        var repeated = new ConcurrentQueue<string>();
        model.Then((http, asked) => Answer(http, asked, house, repeated));
        var reign = await new Reign(house).Run();

        Assert.Empty(repeated);
        Assert.Equal(2, reign.Moments.Count(moment => moment.StartsWith("call of", StringComparison.Ordinal)));
        await EachIsWhole(house, 1 + 2 * reign.Moments.Count);
        await reign.EffectsAreWhole(ofEach: 2);
        await reign.NothingWasDoneAgain();
    }

    /// <summary>What the model says follows from what was said before alone: a look-up, then both tools at once, then its answer.</summary>
    private async Task Answer(HttpContext http, Asked asked, MortalHouse house, ConcurrentQueue<string> repeated)
    {
        var run = RunOf().Match(asked.Text(1)).Groups[1].Value;
        var turn = asked.Body.GetProperty("messages").EnumerateArray().Count(m => m.GetProperty("role").GetString() == "assistant");
        await using (var db = house.Database.Open(house.WorkspaceId))
        {
            var path = $"assist/{turn}";
            if (await db.RunSteps.AnyAsync(s => s.NodeId == ToolLoop.Turn && s.Path == path && db.Runs.Any(r => r.Id == s.RunId && r.IdempotencyKey == run), _cancel))
                repeated.Enqueue($"{run} turn {turn}");
        }
        await (turn switch
        {
            0 => ScriptedModel.Call(http, asked, ("look_up", new { search = "delivery" })),
            1 => ScriptedModel.Call(http, asked, ("mortal_once", new { run, by = "the model" }), ("mortal_again", new { run, by = "the model" })),
            _ => ScriptedModel.Speak(http, asked, "all of it"),
        });
    }

    private async Task EachIsWhole(MortalHouse house, int many)
    {
        await using var db = house.Database.Open(house.WorkspaceId);
        var runs = await db.Runs.AsNoTracking().ToListAsync(_cancel);
        Assert.All(runs, run => Assert.True(run.Status == RunStatus.Succeeded, $"{run.Title} is {run.Status}: {run.Error}"));
        Assert.Equal(many, runs.Count);
        Assert.All(runs, run => Assert.Equal("all of it", run.Output?.GetString()));
        var steps = await db.RunSteps.AsNoTracking().ToListAsync(_cancel);
        Assert.All(steps.GroupBy(s => (s.RunId, s.NodeId, s.Path)), same => Assert.Equal(StepStatus.Succeeded, Assert.Single(same).Status));
        Assert.All(steps.GroupBy(s => s.RunId), mine => Assert.Equal(9, mine.Count()));
        Assert.Equal(0, await db.Approvals.CountAsync(a => a.State == ApprovalState.Open, _cancel));
    }

    [GeneratedRegex("run=([^=]+)=")]
    private static partial Regex RunOf();
}
