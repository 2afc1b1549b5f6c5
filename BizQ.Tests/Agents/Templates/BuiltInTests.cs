using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Agents.Templates;
using BizQ.Core.Approvals;
using BizQ.Core.Runs;
using BizQ.Core.Sample;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Agents.Templates;

/// <summary>Every pattern over the sample business with no model connected: what the built-in one makes of it is what somebody sees who tries BizQ out.</summary>
public sealed class BuiltInTests
{
    private const string Question = "How long can I return goods?";
    private const string Unknown = "Do you sell pianos in Reykjavik?";

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Look_at_all()
    {
        await using var host = await TestHost.Start();
        var owner = await host.NewWorkspace("Tarnwick Outdoor");
        Assert.True((await host.Get<InstallSample>().Run(owner, _cancel)).Ok);
        foreach (var (id, input) in new (string, object)[]
        {
            ("pipeline", new { text = Question }), ("pipeline", new { text = Unknown }), ("fan-out", new { questions = new[] { Question, Unknown, "When do you ship?" } }),
            ("supervisor", new { text = Question }), ("supervisor", new { text = Unknown }), ("review-loop", new { text = Question }), ("review-loop", new { text = Unknown }),
        })
        {
            var ended = await Play(host, owner, id, input);
            var output = TestContext.Current.TestOutputHelper!;
            output.WriteLine($"=== {id} {Json.Element(input).GetRawText()}: {ended.Run.Status} {ended.Run.Error?.GetRawText()}");
            output.WriteLine(ended.Run.Output?.GetRawText() ?? "no output");
            foreach (var step in ended.Steps)
                output.WriteLine($"   {step.Path}/{step.NodeId} {step.Status} {Short(step.Output)}");
            foreach (var approval in ended.Approvals)
                output.WriteLine($"   ASKS {approval.Title} {approval.Why} {approval.Shown?.GetRawText()}");
        }
        Assert.Fail("look");
    }

    private static string Short(JsonElement? value) => value?.GetRawText() is { } text ? text[..Math.Min(text.Length, 300)] : "";

    private async Task<RunDetail> Play(TestHost host, Actor owner, string id, object input)
    {
        var template = AgentTemplate.All.Single(t => t.Id == id);
        Assert.True((await host.Get<MakeCalledAgents>().Run(owner, id, _cancel)).Ok);
        var name = $"{id} {host.Get<Ids>().New():N}";
        var definition = System.Text.Json.Nodes.JsonNode.Parse(template.Definition.GetRawText())!;
        definition["name"] = name;
        var agent = (await host.Get<SaveAgent>().Run(owner, new SaveAgentRequest(null, Json.Element(definition)), _cancel)).Value.Agent;
        var run = (await host.Get<StartRun>().Run(owner, new StartRunRequest(agent.Id, "manual", "A test", Json.Element(new { kind = "manual", input }), name), _cancel)).Value;
        return await Eventually.Get(
            host.Changes, owner.WorkspaceId,
            async () => (await host.Get<ReadRun>().Run(owner, run.Id, _cancel)).Value is var detail && (detail.Run.Ended || detail.Run.Status is RunStatus.Parked or RunStatus.WaitingForApproval) ? detail : null, "the run to stop");
    }
}
