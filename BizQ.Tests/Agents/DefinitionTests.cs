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
    [InlineData("\"recipients\": [\"sender\"]", "\"recipients\": [\"*\"]", "/permissions/recipients/0")]
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

    [Fact]
    public async Task A_circle_is_named_with_its_way_round()
    {
        await using var host = await TestHost.Start(Engine.Sqlite);
        var outcome = host.Get<CheckDefinition>().Of(Definitions.Desk.Replace("""{ "from": "send", "to": "done" }""", """{ "from": "send", "to": "done" }, { "from": "send", "to": "lookup" }""", StringComparison.Ordinal));
        var problem = Assert.Single(outcome.Refusal!.Problems!);
        Assert.Matches("^/edges/[2-7]$", problem.Pointer);
        foreach (var node in new[] { "lookup", "which", "draft", "send" })
            Assert.Contains($"'{node}'", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Problems_come_in_the_order_of_the_document()
    {
        await using var host = await TestHost.Start(Engine.Sqlite);
        var bad = Definitions.Desk
            .Replace("\"name\": \"Desk\"", "\"name\": \"\"", StringComparison.Ordinal)
            .Replace("\"task\": \"classify\"", "\"task\": \"guess\"", StringComparison.Ordinal)
            .Replace("\"otherwise\": \"other\"", "\"otherwise\": \"else\"", StringComparison.Ordinal)
            .Replace("{{ steps.draft.output.text }}", "{{ steps.drat.output.text }}", StringComparison.Ordinal)
            .Replace("""{ "from": "start", "to": "classify" }""", """{ "from": "start", "to": "clasify" }""", StringComparison.Ordinal);
        var pointers = host.Get<CheckDefinition>().Of(bad).Refusal!.Problems!.Select(p => p.Pointer).ToList();
        Assert.Superset(new HashSet<string> { "/name", "/nodes/1/settings/task", "/nodes/5/settings/arguments/text", "/edges/0/to", "/edges/4/case" }, pointers.ToHashSet());
        Assert.Equal(pointers.OrderBy(p => p.StartsWith("/name", StringComparison.Ordinal) ? 0 : p.StartsWith("/nodes", StringComparison.Ordinal) ? 1 : 2), pointers);
    }

    [Theory]
    [InlineData("""{ "format": 1, """, "notJson")]
    [InlineData("[]", "badDefinition")]
    [InlineData("""{ "format": 2 }""", "badDefinition")]
    [InlineData("""{ "format": 1, "name": "a", "purpose": "b", "nodes": "none", "edges": { "from": 1 } }""", "badDefinition")]
    [InlineData("""{ "format": 1, "name": "a", "purpose": "b", "nodes": [ 1, null, { "id": [], "kind": {} } ], "edges": [ 1, { "from": {}, "to": [] } ], "triggers": [ "x" ], "permissions": 7 }""", "badDefinition")]
    public async Task Whatever_is_sent_is_answered_with_a_sentence(string text, string code)
    {
        await using var host = await TestHost.Start(Engine.Sqlite);
        var refusal = host.Get<CheckDefinition>().Of(text).Refusal!;
        Assert.Equal(code, refusal.Code);
        Assert.All(refusal.Problems!, p => Assert.NotEmpty(p.Message));
    }

    [Fact]
    public async Task What_is_too_large_or_said_twice_is_refused()
    {
        await using var host = await TestHost.Start(Engine.Sqlite);
        var check = host.Get<CheckDefinition>();
        Assert.Equal("definitionTooLarge", check.Of(Definitions.Desk.Replace("Answers", new string('a', CheckDefinition.MostBytes), StringComparison.Ordinal)).Refusal!.Code);
        var twice = check.Of(Definitions.Desk.Replace("\"format\": 1,", "\"format\": 1, \"nodes\": [],", StringComparison.Ordinal)).Refusal!.Problems!;
        Assert.Contains(twice, p => p.Pointer == "/nodes" && p.Message.Contains("twice", StringComparison.Ordinal));
    }
}
