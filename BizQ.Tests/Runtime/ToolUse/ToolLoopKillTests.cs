using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;
using BizQ.Tests.Models;
using BizQ.Tests.Runtime.Kills;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Runtime.ToolUse;

/// <summary>
/// Killed right before and right after every commit and every call in the middle of a model's tool loop, one life for each: the
/// model is never asked again for a turn that is in the journal, no call is carried out twice, and every run comes to its answer.
/// </summary>
public sealed partial class ToolLoopKillTests
{
    private const string Definition = """
        {
          "format": 1, "name": "Helper", "purpose": "Works with tools.", "autonomy": "automatic",
          "permissions": { "tools": ["mortal.once", "mortal.again"], "recipients": ["*"] },
          "nodes": [
            { "id": "start", "kind": "trigger" },
            { "id": "assist", "kind": "model", "settings": { "task": "free", "instruction": "Help.", "input": "run={{ trigger.input.run }}=", "tools": ["context", "mortal.once", "mortal.again"] } },
            { "id": "end", "kind": "output", "settings": { "value": "{{ steps.assist.output.text }}" } }
          ],
          "edges": [ { "from": "start", "to": "assist" }, { "from": "assist", "to": "end" } ]
        }
        """;

    private static readonly string[] Boundaries = ["commit-{0}-before", "commit-{0}-after", "call-{0}-before", "call-{0}-after"];

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task Killed_anywhere_in_the_loop_it_goes_on_where_it_was(Engine engine)
    {
        await using var model = await ScriptedModel.Start();
        await using var house = await MortalHouse.Build(engine, Json.Read<AgentDefinition>(Definition)!);
        var repeated = new ConcurrentQueue<string>();
        model.Then((http, asked) => Answer(http, asked, house, repeated));
        var kills = new Dictionary<string, int>();
        foreach (var boundary in Boundaries)
        {
            for (var number = 1; ; number++)
            {
                var at = string.Format(CultureInfo.InvariantCulture, boundary, number);
                await house.Accept($"killed at {at}");
                if (await house.Live($"killed at {at}", at, "--Models:Endpoints:0:Name=scripted", $"--Models:Endpoints:0:BaseUrl={model.BaseUrl}", "--Models:Endpoints:0:Model=tiny") == Ending.Finished)
                    break;
                kills[boundary] = number;
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"Killed {kills.Values.Sum()} times: {string.Join(", ", kills.Select(k => $"{k.Key} {k.Value}"))}; the model was asked {model.Requests.Count} times");

        Assert.Empty(repeated);
        Assert.Equal(Boundaries, kills.Keys);
        Assert.Equal((2, 2), (kills[Boundaries[2]], kills[Boundaries[3]]));
        await EachIsWhole(house);
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
            1 => ScriptedModel.Call(http, asked, ("mortal_once", new { run }), ("mortal_again", new { run })),
            _ => ScriptedModel.Speak(http, asked, "all of it"),
        });
    }

    private async Task EachIsWhole(MortalHouse house)
    {
        await using var db = house.Database.Open(house.WorkspaceId);
        var runs = await db.Runs.AsNoTracking().ToListAsync(_cancel);
        Assert.All(runs, run => Assert.True(run.Status == RunStatus.Succeeded, $"{run.IdempotencyKey} is {run.Status}: {run.Error}"));
        Assert.All(runs, run => Assert.Equal("all of it", run.Output?.GetString()));
        var steps = await db.RunSteps.AsNoTracking().ToListAsync(_cancel);
        Assert.All(steps.GroupBy(s => (s.RunId, s.NodeId, s.Path)), same => Assert.Equal(StepStatus.Succeeded, Assert.Single(same).Status));
        Assert.All(steps.GroupBy(s => s.RunId), mine => Assert.Equal(9, mine.Count()));
        Assert.Equal(0, await db.Approvals.CountAsync(a => a.State == ApprovalState.Open, _cancel));
        var effects = await db.Effects.AsNoTracking().ToListAsync(_cancel);
        Assert.Equal(2 * runs.Count, effects.Count);
        Assert.All(effects, effect => Assert.Equal(EffectState.Done, effect.State));
        var acts = house.Acts().CountBy(act => act).ToDictionary();
        Assert.All(effects, effect =>
        {
            var times = acts.GetValueOrDefault($"{effect.Operation} {effect.IdempotencyKey}");
            Assert.True(effect.Operation == "mortal.once" ? times == 1 : times >= 1, $"{effect.Operation} happened {times} times.");
        });
        Assert.Equal(effects.Count, acts.Count);
    }

    [GeneratedRegex("run=([^=]+)=")]
    private static partial Regex RunOf();
}
