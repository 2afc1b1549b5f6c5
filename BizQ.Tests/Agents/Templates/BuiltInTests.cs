using System.Text.Json.Nodes;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Agents.Templates;
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
    public async Task Every_pattern_comes_to_what_a_person_would_expect()
    {
        await using var host = await TestHost.Start();
        var owner = await host.NewWorkspace("Tarnwick Outdoor");
        Assert.True((await host.Get<InstallSample>().Run(owner, _cancel)).Ok);

        foreach (var pattern in new[] { "pipeline", "supervisor", "review-loop" })
        {
            var known = await Play(host, owner, pattern, new { text = Question });
            Assert.True(known.Run.Status == RunStatus.Succeeded, $"{pattern}: {known.Run.Status} {known.Run.Error?.GetRawText()}");
            var text = known.Run.Output!.Value.GetProperty("text").GetString();
            Assert.StartsWith("Hello,", text, StringComparison.Ordinal);
            Assert.Contains("within 30 days", text, StringComparison.Ordinal);
            // Marks that point at a list the reader does not have are no part of a letter.
            Assert.DoesNotContain("[1]", text, StringComparison.Ordinal);
        }

        // What nobody knows is said, or becomes a person's; it is never a finished answer without words.
        var unknown = (await Play(host, owner, "pipeline", new { text = Unknown })).Run.Output!.Value;
        Assert.False(unknown.GetProperty("known").GetBoolean());
        foreach (var pattern in new[] { "supervisor", "review-loop" })
            Assert.Equal((pattern, RunStatus.WaitingForApproval), (pattern, (await Play(host, owner, pattern, new { text = Unknown })).Run.Status));

        var report = (await Play(host, owner, "fan-out", new { questions = new[] { Question, Unknown } })).Run.Output!.Value;
        Assert.Equal((1, Unknown), (report.GetProperty("answered").GetInt32(), Assert.Single(report.GetProperty("open").EnumerateArray()).GetString()));
        Assert.Contains($"{Question}\nYou may return", report.GetProperty("report").GetString(), StringComparison.Ordinal);
    }

    private async Task<RunDetail> Play(TestHost host, Actor owner, string id, object input)
    {
        var template = AgentTemplate.All.Single(t => t.Id == id);
        Assert.True((await host.Get<MakeCalledAgents>().Run(owner, id, _cancel)).Ok);
        var name = $"{id} {host.Get<Ids>().New():N}";
        var definition = JsonNode.Parse(template.Definition.GetRawText())!;
        definition["name"] = name;
        var agent = (await host.Get<SaveAgent>().Run(owner, new SaveAgentRequest(null, Json.Element(definition)), _cancel)).Value.Agent;
        var run = (await host.Get<StartRun>().Run(owner, new StartRunRequest(agent.Id, "manual", "A test", Json.Element(new { kind = "manual", input }), name), _cancel)).Value;
        return await Eventually.Get(
            host.Changes, owner.WorkspaceId,
            async () => (await host.Get<ReadRun>().Run(owner, run.Id, _cancel)).Value is var detail && (detail.Run.Ended || detail.Run.Status is RunStatus.Parked or RunStatus.WaitingForApproval) ? detail : null, "the run to stop");
    }
}
