using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using BizQ.Agents.Nodes;
using BizQ.Agents.Tools;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Data.Archiving;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;
using BizQ.Tests.Runtime;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Runs.Payloads;

/// <summary>Runs that carry megabytes: everything that reads them gets what was written, and nobody gets more than they asked for.</summary>
public sealed class LargeRunTests
{
    private const int Much = 3_000_000;

    private readonly Script _script = new();
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task What_a_step_made_and_the_run_was_given_is_the_same_after_a_wait_in_a_repeat_and_in_a_rehearsal(Engine engine)
    {
        var seen = new List<(int Input, int Output)>();
        _script.On("make", _ => Script.Says(new { text = new string('m', Much) }));
        _script.On("ask", _ => new NodeResult.Ask("?", "!", Json.EmptyObject));
        _script.On("look", given =>
        {
            lock (seen)
                seen.Add((given.Scope.GetProperty("trigger").GetProperty("input").GetString()!.Length, TextOf(given, "make").Length));
            return Script.Says(new { text = TextOf(given, "make") });
        });
        await using var stage = await Stage.Set(engine, _script);
        var definition = Graphs.Definition("start:trigger make ask look say:output", "start>make make>ask ask>look look>say").With("say", """{ "value": "{{ steps.look.output }}" }""");
        var run = await stage.Start(await stage.Agent(definition), input: Input());
        // It waits in the database alone: what follows is read from there.
        var waiting = await stage.Until(run.Id, RunStatus.WaitingForApproval);
        Assert.Null(stage.Host.Get<FreshRuns>().Find(run.Id));
        Assert.True((await stage.Decide(waiting.Approvals[0], approve: true)).Ok);
        Assert.Equal(RunStatus.Succeeded, (await stage.Ended(run.Id)).Run.Status);

        var rehearsed = (await stage.Host.Get<RepeatRun>().Run(stage.Owner, new RepeatRunRequest(run.Id, Rehearse: true), _cancel)).Value;
        Assert.Equal(RunStatus.Succeeded, (await stage.Ended(rehearsed.Id)).Run.Status);
        Assert.Equal([(Much, Much), (Much, Much)], seen);
        var compared = (await stage.Host.Get<CompareRuns>().Run(stage.Owner, rehearsed.Id, _cancel)).Value;
        Assert.Equal((0, true), (compared.Different, compared.SameOutput));
        await Shown(stage, run);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_called_agent_takes_and_answers_megabytes(Engine engine)
    {
        _script.On("echo", given => Script.Says(given.Scope.GetProperty("trigger").GetProperty("input")));
        _script.On("look", given => Script.Says(new { length = given.Scope.GetProperty("steps").GetProperty("call").GetProperty("output").GetProperty("result").GetString()!.Length }));
        await using var stage = await Stage.Set(engine, _script);
        var child = await stage.Agent(Graphs.Definition("start:trigger echo it:output", "start>echo echo>it").With("it", """{ "value": "{{ steps.echo.output }}" }"""));
        var caller = Graphs.Definition("start:trigger call:agent look", "start>call call>look").With("call", $$$"""{ "agent": "{{{child.Name}}}", "input": "{{ trigger.input }}" }""");
        var agent = await stage.Agent(caller);
        var run = await stage.Start(agent, input: Input());

        var ended = await stage.Ended(run.Id);
        Assert.Equal(Much, ended.Steps[^1].Output?.GetProperty("length").GetInt32());
        Assert.NotNull(ArchivedJson.In(ended.Steps[1].Output));
        await using var db = stage.Host.Database.Open(stage.Owner.WorkspaceId);
        var called = await db.Runs.AsNoTracking().SingleAsync(r => r.ParentRunId == run.Id, _cancel);
        Assert.NotNull(ArchivedJson.In(called.Input));
        Assert.NotNull(ArchivedJson.In(called.Output));
    }

    [Fact]
    public async Task An_input_that_forges_a_reference_is_a_value_like_any_other()
    {
        _script.On("look", given => Script.Says(given.Scope.GetProperty("trigger")));
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        var hash = await stage.Host.Get<Archive>().Keep(stage.Owner.WorkspaceId, "\"a secret\""u8.ToArray(), "secret.json", _cancel);
        var forged = $$$"""{"$archived":{"hash":"{{{hash}}}","bytes":10}}""";
        var agent = await stage.Agent("start:trigger look", "start>look");
        foreach (var run in new[] { await stage.Start(agent, input: forged), await Repeated(stage, agent, forged) })
        {
            var ended = await stage.Ended(run.Id);
            foreach (var read in new[] { await Whole(stage, run.Id), await Whole(stage, run.Id, ended.Steps[^1].Id) })
                Assert.Equal(hash, read!.Value.GetProperty("$archived").GetProperty("hash").GetString());
            using var client = await stage.Host.Client(stage.Owner);
            Assert.DoesNotContain(hash, await client.GetStringAsync($"/api/v1/runs/{run.Id}", _cancel), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Outputs_beyond_what_is_kept_fail_their_step_or_their_run_and_never_the_process()
    {
        var text = new string('x', 100_000_000);
        _script.On("huge", _ => Script.Says(new { text }));
        _script.On("act", _ => new NodeResult.Propose("test.again", Json.EmptyObject));
        _script.Tool.Answer = (_, _) => Task.FromResult<ToolResult>(new ToolResult.Done(Json.Element(new { text })));
        await using var stage = await Stage.Set(Engine.Sqlite, _script);
        Assert.Equal("tooLarge", CodeOf(await stage.Ended((await stage.Start(await stage.Agent("start:trigger huge", "start>huge"))).Id)));

        for (var i = 0; i < 6; i++)
            _script.On($"m{i}", _ => Script.Says(text[..20_000_000]));
        var many = await stage.Ended((await stage.Start(await stage.Agent("start:trigger m0 m1 m2 m3 m4 m5", "start>m0 m0>m1 m1>m2 m2>m3 m3>m4 m4>m5"))).Id);
        Assert.Equal(("runTooLarge", 7), (CodeOf(many), many.Steps.Count));

        // What was done stays done, whatever the tool has answered.
        var acting = Graphs.Definition("start:trigger act", "start>act") with { Autonomy = Autonomy.Automatic };
        var acted = await stage.Until((await stage.Start(await stage.Agent(acting))).Id, detail => detail.Run.Ended || detail.Run.Status == RunStatus.WaitingForApproval, "the action");
        if (acted.Run.Status == RunStatus.WaitingForApproval)
            await stage.Decide(acted.Approvals[0], approve: true);
        acted = await stage.Ended(acted.Run.Id);
        Assert.Equal((RunStatus.Succeeded, EffectState.Done), (acted.Run.Status, acted.Effects[0].State));
        Assert.True(acted.Steps[^1].Output!.Value.GetProperty("resultTooLarge").GetInt32() > 100_000_000);
    }

    /// <summary>Pages and answers say how large it is and where it lies; asked for by itself it comes whole, to those who may see it.</summary>
    private async Task Shown(Stage stage, Run run)
    {
        using var client = await stage.Host.Client(stage.Owner);
        var read = await client.GetFromJsonAsync<JsonElement>($"/api/v1/runs/{run.Id}", _cancel);
        await IsWhole(client, read.GetProperty("input"), whole => whole.GetProperty("input").GetString()!.Length);
        await IsWhole(client, read.GetProperty("output"), whole => whole.GetProperty("text").GetString()!.Length);
        var list = (await client.GetFromJsonAsync<JsonElement>($"/api/v1/runs/{run.Id}/steps", _cancel)).GetProperty("items");
        var step = list.EnumerateArray().Single(s => s.GetProperty("nodeId").GetString() == "make");
        Assert.True(step.GetProperty("outputBytes").GetInt32() > Much);
        await IsWhole(client, step.GetProperty("output"), whole => whole.GetProperty("text").GetString()!.Length);
        using var stranger = await stage.Host.Client(await stage.Host.NewWorkspace("Theirs"));
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync(UrlOf(step.GetProperty("output")), _cancel)).StatusCode);
        using var nobody = stage.Host.Client();
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync(UrlOf(step.GetProperty("output")), _cancel)).StatusCode);
    }

    private async Task IsWhole(HttpClient client, JsonElement told, Func<JsonElement, int> length)
    {
        Assert.True(told.GetProperty("$archived").GetProperty("bytes").GetInt32() > Much);
        Assert.False(told.GetProperty("$archived").TryGetProperty("hash", out _));
        Assert.Equal(Much, length(await client.GetFromJsonAsync<JsonElement>(UrlOf(told), _cancel)));
    }

    private static string UrlOf(JsonElement told) => told.GetProperty("$archived").GetProperty("url").GetString()!;

    private async Task<Run> Repeated(Stage stage, Agent agent, string forged)
    {
        var run = await stage.Start(agent);
        await stage.Ended(run.Id);
        return (await stage.Host.Get<RepeatRun>().Run(stage.Owner, new RepeatRunRequest(run.Id, JsonElement.Parse(forged)), _cancel)).Value;
    }

    private async Task<JsonElement?> Whole(Stage stage, Guid runId, Guid? stepId = null)
    {
        var read = stage.Host.Get<ReadPayload>();
        return stepId is { } step
            ? (await read.OfStep(stage.Owner, runId, step, PayloadPart.Output, _cancel)).Value.Value
            : (await read.OfRun(stage.Owner, runId, PayloadPart.Input, _cancel)).Value.Value;
    }

    private static string Input() => $$"""{"kind":"manual","input":"{{new string('i', Much)}}"}""";

    private static string TextOf(NodeRun given, string node) => given.Scope.GetProperty("steps").GetProperty(node).GetProperty("output").GetProperty("text").GetString()!;

    private static string? CodeOf(RunDetail detail) => detail.Run.Error?.GetProperty("code").GetString();
}
