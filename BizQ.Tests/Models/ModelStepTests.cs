using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using BizQ.Agents.Models;
using BizQ.Core;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Models;

/// <summary>A run of an agent whose node asks a connected model.</summary>
public sealed class ModelStepTests
{
    private const string Writer = """
        {
          "format": 1, "name": "Writer", "purpose": "Writes a greeting.", "limits": { "costPerRun": { "amount": "0.50", "currency": "USD" } },
          "nodes": [
            { "id": "start", "kind": "trigger" },
            { "id": "write", "kind": "model", "settings": { "task": "free", "input": "{{ trigger.input.to }}", "instruction": "Greet." } },
            { "id": "again", "kind": "model", "settings": { "task": "free", "input": "{{ steps.write.output.text }}", "instruction": "Say it in other words." } },
            { "id": "done", "kind": "output", "settings": { "value": "{{ steps.again.output.text }}" } }
          ],
          "edges": [ { "from": "start", "to": "write" }, { "from": "write", "to": "again" }, { "from": "again", "to": "done" } ]
        }
        """;

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task Its_steps_say_which_model_how_many_tokens_and_what_it_cost(Engine engine)
    {
        await using var model = await ScriptedModel.Start();
        model.Says("Good day!").Says("Hello!");
        var (host, actor, run) = await Ran(model, engine);
        await using var _ = host;
        var ended = await Ended(host, actor, run);

        Assert.Equal((RunStatus.Succeeded, 0.0008m), (ended.Status, ended.CostUsd));
        Assert.Equal("Hello!", ended.Output!.Value.GetString());
        var step = await Step(host, actor, run, "write");
        Assert.Equal(("scripted/tiny", 100, 20, 0.0004m), (step.Model, step.InputTokens, step.OutputTokens, step.CostUsd));
        var usage = Assert.Single((await host.Get<BizQ.Core.Models.ReadModelUsage>().Run(actor, host.Clock.GetUtcNow().AddDays(-1), _cancel)).Value);
        Assert.Equal(("scripted/tiny", 2, 200L, 40L, 0.0008m), (usage.Model, usage.Calls, usage.InputTokens, usage.OutputTokens, usage.CostUsd));
    }

    [Fact]
    public async Task A_model_that_refuses_the_key_fails_the_step_with_a_sentence_for_people()
    {
        await using var model = await ScriptedModel.Start();
        model.Fails(401);
        var (host, actor, run) = await Ran(model);
        await using var _ = host;
        var ended = await Ended(host, actor, run);

        Assert.Equal(RunStatus.Failed, ended.Status);
        var error = (await Step(host, actor, run, "write")).Error!.Value;
        Assert.Equal("keyRefused", error.GetProperty("code").GetString());
        Assert.Contains("The key was refused", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Single(model.Requests);
    }

    [Fact]
    public async Task What_a_failed_step_paid_for_counts()
    {
        await using var model = await ScriptedModel.Start();
        model.Says("Dear An", finish: "length");
        var (host, actor, run) = await Ran(model);
        await using var _ = host;
        var ended = await Ended(host, actor, run);

        Assert.Equal((RunStatus.Failed, 0.0004m), (ended.Status, ended.CostUsd));
        Assert.Equal(0.0004m, (await Step(host, actor, run, "write")).CostUsd);
    }

    [Fact]
    public async Task The_day_s_budget_of_a_workspace_ends_for_all_its_runs_and_for_no_other_workspace()
    {
        await using var model = await ScriptedModel.Start();
        model.Says("Good day!");
        var (host, actor, run) = await Ran(model, more: [("Models:Endpoints:0:OutputPrice", "10000"), ("Models:DailyBudgetUsd", "0.1")]);
        await using var _ = host;

        var ended = await Ended(host, actor, run);
        Assert.Equal((RunStatus.Failed, "budgetSpent"), (ended.Status, (await Step(host, actor, run, "again")).Error!.Value.GetProperty("code").GetString()));
        Assert.Single(model.Requests);

        var other = await host.NewWorkspace("Another business");
        var answer = await host.Get<ModelRouter>().Run(Tasks.Free(workspace: other.WorkspaceId), _cancel);
        Assert.Equal("scripted/tiny", answer.Use.Model);
    }

    [Fact]
    public async Task Trying_a_model_out_says_what_it_answered_or_why_not_and_is_for_administrators()
    {
        await using var model = await ScriptedModel.Start();
        model.Says("I am here.").Fails(401);
        await using var host = await Host(model);
        var owner = await host.NewWorkspace();
        var viewer = await host.NewPerson(owner.WorkspaceId, Role.Viewer);
        var attempt = host.Get<TryModel>();

        var worked = (await attempt.Run(owner, "scripted", _cancel)).Value;
        var refused = (await attempt.Run(owner, "scripted", _cancel)).Value;

        Assert.Equal((true, "I am here.", 100L), (worked.Answered, worked.Text, worked.InputTokens));
        Assert.False(refused.Answered);
        Assert.Contains("The key was refused", refused.Text, StringComparison.Ordinal);
        Assert.Equal("forbidden", (await attempt.Run(viewer, "scripted", _cancel)).Refusal?.Code);
        Assert.Equal("notFound", (await attempt.Run(owner, "nobody", _cancel)).Refusal?.Code);
    }

    private static Task<TestHost> Host(ScriptedModel model, Engine engine = Engine.Sqlite, params (string, string)[] more)
    {
        Environment.SetEnvironmentVariable(ModelDesk.KeyVariable, ModelDesk.Key);
        return TestHost.Start(engine, settings: [.. ModelDesk.Endpoint(model).Concat(more).GroupBy(one => one.Item1).Select(same => same.Last())]);
    }

    private async Task<(TestHost Host, Actor Actor, Guid Run)> Ran(ScriptedModel model, Engine engine = Engine.Sqlite, params (string, string)[] more)
    {
        var host = await Host(model, engine, more);
        var actor = await host.NewWorkspace();
        using var api = await host.Client(actor);
        using var definition = new StringContent(Writer, Encoding.UTF8, "application/json");
        var made = await api.PostAsync("/api/v1/agents", definition, _cancel);
        Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync(_cancel));
        var agent = (await made.Content.ReadFromJsonAsync<JsonElement>(_cancel)).GetProperty("id").GetGuid();
        var request = new StartRunRequest(agent, "manual", "A test", Json.Element(new { kind = "manual", input = new { to = "Ana" } }), "one");
        return (host, actor, (await host.Get<StartRun>().Run(actor, request, _cancel)).Value.Id);
    }

    private static Task<Run> Ended(TestHost host, Actor actor, Guid id) => host.Until(
        actor.WorkspaceId, db => db.Runs.AsNoTracking().FirstOrDefaultAsync(run => run.Id == id && (run.Status == RunStatus.Succeeded || run.Status == RunStatus.Failed || run.Status == RunStatus.Parked)), "the end of the run");

    private async Task<RunStep> Step(TestHost host, Actor actor, Guid run, string node)
    {
        await using var db = host.Database.Open(actor.WorkspaceId);
        return await db.RunSteps.AsNoTracking().SingleAsync(step => step.RunId == run && step.NodeId == node, _cancel);
    }
}
