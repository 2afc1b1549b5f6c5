using System.Net.Http.Json;
using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Agents.Templates;
using BizQ.Core.Approvals;
using BizQ.Core.Context;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using BizQ.Tests.Models;

namespace BizQ.Tests.Agents.Templates;

/// <summary>Every pattern that is offered, made and run once: with its agents, over the whole runtime, with a scripted model.</summary>
public sealed class TemplateTests
{
    private const string Question = "How long can I return goods?";
    private static readonly object Known = new { known = true, text = "Goods can be returned within 30 days.", confidence = 0.9, passages = new[] { 1 } };
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_template_and_every_agent_it_calls_can_be_saved()
    {
        await using var host = await TestHost.Start();
        var check = host.Get<CheckDefinition>();

        Assert.All(AgentTemplate.All.SelectMany(t => t.Calls.Prepend(t.Definition)), definition => Assert.Empty(check.ProblemsOf(definition)));
        Assert.All(AgentTemplate.All, template => Assert.Equal(template.Called.Order(), NamesCalled(template.Definition).Distinct().Order()));
    }

    [Fact]
    public async Task The_API_offers_them()
    {
        await using var host = await TestHost.Start();
        using var api = await host.Client(await host.NewWorkspace());

        var answer = await api.GetFromJsonAsync<JsonElement>("/api/v1/agents/templates", _cancel);

        Assert.Equal(["pipeline", "fan-out", "supervisor", "review-loop"], answer.GetProperty("items").EnumerateArray().Select(t => t.GetProperty("id").GetString()));
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("next").ValueKind);
    }

    [Fact]
    public async Task A_pipeline_hands_on_what_each_found_out()
    {
        var ended = await Play("pipeline", new { text = Question }, model => model
            .Says(new { topic = "Returns", question = Question, name = (string?)null }).Says(Known).Says("Hello, within 30 days."));

        Assert.Equal(("Hello, within 30 days.", true), (Text(ended, "text"), ended.Run.Output!.Value.GetProperty("known").GetBoolean()));
    }

    [Fact]
    public async Task Many_questions_are_asked_at_once_and_their_answers_come_together()
    {
        var ended = await Play("fan-out", new { questions = new[] { Question, "Can I return goods after a week?", "Until when can goods be returned?" } }, model => model.Says(Known).Says(Known).Says(Known).Says("All within 30 days."));

        Assert.Equal(("All within 30 days.", 3), (Text(ended, "report"), ended.Run.Output!.Value.GetProperty("answered").GetInt32()));
        Assert.Empty(ended.Run.Output!.Value.GetProperty("open").EnumerateArray());
    }

    [Fact]
    public async Task A_supervisor_decides_who_is_next_until_it_is_done()
    {
        var ended = await Play("supervisor", new { text = Question }, model => model
            .Says(new { label = "research", confidence = 0.9 }).Says(Known)
            .Says(new { label = "write", confidence = 0.9 }).Says("Hello, within 30 days.")
            .Says(new { label = "done", confidence = 0.9 }));

        Assert.Equal(("Hello, within 30 days.", 3), (Text(ended, "text"), ended.Run.Output!.Value.GetProperty("steps").GetInt32()));
    }

    [Fact]
    public async Task A_supervisor_that_knows_no_further_asks_a_person()
    {
        var ended = await Play("supervisor", new { text = Question }, model => model.Says(new { label = "person", confidence = 0.9 }), approve: true);

        Assert.Equal(1, ended.Run.Output!.Value.GetProperty("steps").GetInt32());
        Assert.Contains(ended.Steps, step => step.NodeId == "person");
    }

    [Fact]
    public async Task A_text_is_written_again_until_the_reviewer_is_content()
    {
        var ended = await Play("review-loop", new { text = Question }, model => model
            .Says(Known).Says("See clause 7.").Says(new { label = "unclear", confidence = 0.9 })
            .Says("Hello, within 30 days.").Says(new { label = "good", confidence = 0.9 }));

        Assert.Equal(("Hello, within 30 days.", 2), (Text(ended, "text"), ended.Run.Output!.Value.GetProperty("attempts").GetInt32()));
    }

    [Fact]
    public async Task Agents_that_are_there_already_are_left_as_they_are()
    {
        await using var host = await TestHost.Start();
        var owner = await host.NewWorkspace();

        var first = await host.Get<MakeCalledAgents>().Run(owner, "pipeline", _cancel);
        var second = await host.Get<MakeCalledAgents>().Run(owner, "review-loop", _cancel);

        Assert.Equal(["Request reader", "Researcher", "Writer"], first.Value);
        Assert.Equal(["Reviewer"], second.Value);
        Assert.Equal("notFound", (await host.Get<MakeCalledAgents>().Run(owner, "none", _cancel)).Refusal?.Code);
    }

    private async Task<RunDetail> Play(string id, object input, Func<ScriptedModel, ScriptedModel> script, bool approve = false)
    {
        await using var model = await ScriptedModel.Start();
        script(model);
        Environment.SetEnvironmentVariable(ModelDesk.KeyVariable, ModelDesk.Key);
        await using var host = await TestHost.Start(settings: ModelDesk.Endpoint(model));
        var owner = await host.NewWorkspace();
        var policy = new WriteEntityRequest(null, "policy", "Returns", null, Json.Element(new { text = "Goods can be returned within 30 days." }), SourceKind.Person, "the owner");
        Assert.True((await host.Get<WriteEntity>().Run(owner, policy, _cancel)).Ok);
        var template = AgentTemplate.All.Single(t => t.Id == id);
        Assert.True((await host.Get<MakeCalledAgents>().Run(owner, id, _cancel)).Ok);
        var agent = (await host.Get<SaveAgent>().Run(owner, new SaveAgentRequest(null, template.Definition), _cancel)).Value.Agent;
        var run = (await host.Get<StartRun>().Run(owner, new StartRunRequest(agent.Id, "manual", "A test", Json.Element(new { kind = "manual", input }), "key"), _cancel)).Value;
        if (approve)
            await Approve(host, owner, run.Id);
        var ended = await Until(host, owner, run.Id, detail => detail.Run.Ended || detail.Run.Status == RunStatus.Parked);
        Assert.True(ended.Run.Status == RunStatus.Succeeded, ended.Run.Error?.GetRawText());
        return ended;
    }

    private async Task Approve(TestHost host, Actor owner, Guid run)
    {
        var waiting = await Until(host, owner, run, detail => detail.Run.Status == RunStatus.WaitingForApproval || detail.Run.Ended);
        var approval = Assert.Single(waiting.Approvals, a => a.State == ApprovalState.Open);
        var approver = await host.NewPerson(owner.WorkspaceId, Role.Approver, "Test Approver");
        Assert.True((await host.Get<DecideApproval>().Run(approver, new DecideRequest(approval.Id, true, null, null, approval.Hash), _cancel)).Ok);
    }

    private static Task<RunDetail> Until(TestHost host, Actor owner, Guid run, Func<RunDetail, bool> look) => Eventually.Get(
        host.Changes, owner.WorkspaceId, async () => (await host.Get<ReadRun>().Run(owner, run, CancellationToken.None)).Value is var detail && look(detail) ? detail : null, "the run to stop");

    private static string? Text(RunDetail run, string name) => run.Run.Output!.Value.GetProperty(name).GetString();

    private static IEnumerable<string> NamesCalled(JsonElement definition) => definition.GetProperty("nodes").EnumerateArray()
        .Where(node => node.GetProperty("kind").GetString() == "agent")
        .Select(node => node.GetProperty("settings").GetProperty("agent").GetString()!);
}
