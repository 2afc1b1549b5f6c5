using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Agents;

/// <summary>What a definition may be, and what is said of one that is not.</summary>
public sealed class DefinitionTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_good_definition_has_no_problems()
    {
        await using var host = await TestHost.Start(Engine.Sqlite);
        var outcome = host.Get<CheckDefinition>().Of(Definitions.Desk);
        Assert.True(outcome.Ok, string.Join("\n", outcome.Refusal?.Problems?.Select(p => $"{p.Pointer} {p.Message}") ?? []));
    }

    [Theory]
    [InlineData("""{ "from": "draft", "to": "send" }""", """{ "from": "draft", "to": "nowhere" }""", "/edges/5/to")]
    [InlineData("""{ "from": "send", "to": "done" }""", """{ "from": "send", "to": "lookup" }""", "/edges/6")]
    [InlineData("\"kind\": \"trigger\"", "\"kind\": \"teleport\"", "/nodes/0/kind")]
    [InlineData("\"id\": \"lookup\"", "\"id\": \"classify\"", "/nodes/2/id")]
    [InlineData("\"tools\": [\"mail.send\"]", "\"tools\": []", "/nodes/5/settings/tool")]
    [InlineData("\"tool\": \"mail.send\"", "\"tool\": \"mail.burn\"", "/nodes/5/settings/tool")]
    [InlineData("\"limit\": 3", "\"limit\": \"three\"", "/nodes/2/settings/limit")]
    [InlineData("\"case\": \"order\" }", "\"case\": \"ordre\" }", "/edges/3/case")]
    [InlineData("=== 'order'", "=== 'order", "/nodes/3/settings/cases/0/when")]
    [InlineData("{{ trigger.mail.subject }} {{ trigger.mail.text }}", "{{ trigger.mail. }}", "/nodes/1/settings/input")]
    [InlineData("\"kind\": \"mail\" }", "\"kind\": \"schedule\" }", "/triggers/0/cron")]
    [InlineData("\"format\": 1,", "\"format\": 1, \"colour\": \"red\",", "/colour")]
    [InlineData("\"purpose\": \"Answers questions about orders.\",", "", "/purpose")]
    public async Task A_problem_is_named_with_its_place(string good, string bad, string pointer)
    {
        Assert.Contains(good, Definitions.Desk, StringComparison.Ordinal);
        await using var host = await TestHost.Start(Engine.Sqlite);
        var outcome = host.Get<CheckDefinition>().Of(Definitions.Desk.Replace(good, bad, StringComparison.Ordinal));
        Assert.Equal("badDefinition", outcome.Refusal?.Code);
        Assert.Contains(pointer, outcome.Refusal!.Problems!.Select(p => p.Pointer));
    }

    [Fact]
    public async Task All_problems_are_said_at_once()
    {
        await using var host = await TestHost.Start(Engine.Sqlite);
        var bad = Definitions.Desk.Replace("\"limit\": 3", "\"limit\": 99", StringComparison.Ordinal).Replace("\"to\": \"done\" }", "\"to\": \"gone\" }", StringComparison.Ordinal).Replace("\"approve\"", "\"perhaps\"", StringComparison.Ordinal);
        var outcome = host.Get<CheckDefinition>().Of(bad);
        var pointers = outcome.Refusal!.Problems!.Select(p => p.Pointer).ToList();
        Assert.Superset(new HashSet<string> { "/nodes/2/settings/limit", "/autonomy" }, pointers.ToHashSet());
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Saves_at_the_same_moment_number_versions_without_gaps(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var actor = await host.NewWorkspace();
        var save = host.Get<SaveAgent>();
        SaveAgentRequest Asking(Guid? id, int n) => new(id, System.Text.Json.JsonElement.Parse(Definitions.Desk.Replace("Answers", $"No. {n} answers", StringComparison.Ordinal)));
        var agent = (await save.Run(actor, Asking(null, 0), _cancel)).Value.Agent;
        await Task.WhenAll(Enumerable.Range(1, 4).Select(n => save.Run(actor, Asking(agent.Id, n), _cancel)));

        var detail = (await host.Get<ReadAgent>().Run(actor, agent.Id, _cancel)).Value;
        Assert.Equal([5, 4, 3, 2, 1], detail.Versions.Select(v => v.Number));
        var stale = await save.Run(actor, Asking(agent.Id, 9) with { ExpectedVersion = 1 }, _cancel);
        Assert.Equal("agentChanged", stale.Refusal?.Code);
    }
}
