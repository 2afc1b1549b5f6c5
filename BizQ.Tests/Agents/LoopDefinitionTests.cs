using System.Diagnostics;
using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Agents;

/// <summary>What is said of loops that cannot be, of names out of their place, and of graphs nobody could follow.</summary>
public sealed class LoopDefinitionTests
{
    private const string Loops = """
        {
          "format": 1, "name": "Loops", "purpose": "Goes through a list.",
          "nodes": [
            { "id": "start", "kind": "trigger" },
            { "id": "each", "kind": "forEach", "settings": { "items": "{{ trigger.input.orders || [] }}", "concurrency": 3, "onItemError": "continue" }, "timeoutSeconds": 86400, "retry": { "attempts": 2 }, "onError": { "then": "ask" } },
            { "id": "look", "kind": "transform", "parent": "each", "settings": { "set": { "number": "{{ item.number }}", "place": "{{ index }}" } }, "retry": { "attempts": 5, "firstSeconds": 2, "on": ["timedOut"] } },
            { "id": "again", "kind": "while", "parent": "each", "settings": { "condition": "round === 0 || !steps.check.output.good", "max": 5 } },
            { "id": "check", "kind": "transform", "parent": "again", "settings": { "set": { "good": "{{ round > 1 }}", "of": "{{ steps.look.output.number }}", "before": "{{ last }}" } } },
            { "id": "mend", "kind": "transform", "parent": "each", "join": "any", "settings": { "set": { "why": "{{ steps.look.error.message }}" } } },
            { "id": "done", "kind": "output", "settings": { "value": "{{ steps.each.output.items }}" }, "onError": { "then": "continue", "value": "{{ trigger.kind }}" } }
          ],
          "edges": [
            { "from": "start", "to": "each" }, { "from": "look", "to": "again" }, { "from": "look", "to": "mend", "onError": true, "when": "steps.look.error.code !== 'timedOut'" }, { "from": "each", "to": "done" }
          ]
        }
        """;

    [Fact]
    public async Task Loops_in_loops_with_all_they_may_have_are_fine()
    {
        await using var host = await TestHost.Start(Engine.Sqlite);
        var outcome = host.Get<CheckDefinition>().Of(Loops);
        Assert.True(outcome.Ok, string.Join("\n", outcome.Refusal?.Problems?.Select(p => $"{p.Pointer} {p.Message}") ?? []));
    }

    [Theory]
    [InlineData("\"parent\": \"again\"", "\"parent\": \"agai\"", "/nodes/4/parent", "'again'")]
    [InlineData("\"parent\": \"again\"", "\"parent\": \"look\"", "/nodes/4/parent", "no loop")]
    [InlineData("\"parent\": \"again\"", "\"parent\": \"each\"", "/nodes/3", "Nothing is inside")]
    [InlineData("\"kind\": \"while\", \"parent\": \"each\"", "\"kind\": \"while\", \"parent\": \"again\"", "/nodes/3/parent", "inside of itself")]
    [InlineData("{ \"id\": \"start\", \"kind\": \"trigger\" }", "{ \"id\": \"start\", \"kind\": \"trigger\", \"parent\": \"each\" }", "/nodes/0/parent", "runs come in there")]
    [InlineData("{ \"from\": \"look\", \"to\": \"again\" }", "{ \"from\": \"look\", \"to\": \"done\" }", "/edges/1", "its output holds")]
    [InlineData("\"onError\": true", "\"onError\": true, \"case\": \"x\"", "/edges/2/case", "has no case")]
    [InlineData("\"max\": 5 } }", "\"max\": 5 }, \"timeoutSeconds\": 40000000 }", "/nodes/3/timeoutSeconds", "34")]
    [InlineData("\"join\": \"any\"", "\"join\": \"any\", \"timeoutSeconds\": 601", "/nodes/5/timeoutSeconds", "600")]
    [InlineData("{{ steps.each.output.items }}", "{{ item }}", "/nodes/6/settings/value", "only inside of a forEach")]
    [InlineData("{{ item.number }}", "{{ round }}", "/nodes/2/settings/set/number", "only inside of a while")]
    [InlineData("{{ steps.each.output.items }}", "{{ steps.look.output }}", "/nodes/6/settings/value", "once in each round of 'each'")]
    [InlineData("\"value\": \"{{ trigger.kind }}\"", "\"value\": \"{{ triger.kind }}\"", "/nodes/6/onError/value", "'triger'")]
    [InlineData("\"attempts\": 5", "\"attempts\": 500", "/nodes/2/retry/attempts", "20")]
    [InlineData("\"concurrency\": 3", "\"concurrency\": 51", "/nodes/1/settings/concurrency", "50")]
    [InlineData("\"join\": \"any\"", "\"join\": \"some\"", "/nodes/5/join", "all, any")]
    public async Task What_cannot_be_is_named_with_its_place_and_what_to_do(string good, string bad, string pointer, string says)
    {
        Assert.Contains(good, Loops, StringComparison.Ordinal);
        await using var host = await TestHost.Start(Engine.Sqlite);
        var problems = host.Get<CheckDefinition>().Of(Loops.Replace(good, bad, StringComparison.Ordinal)).Refusal!.Problems!;
        Assert.Contains(problems, p => p.Pointer == pointer && p.Message.Contains(says, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ten_thousand_nodes_are_refused_at_once_and_as_many_as_may_be_are_checked_in_seconds()
    {
        await using var host = await TestHost.Start(Engine.Sqlite);
        var check = host.Get<CheckDefinition>();
        var watch = Stopwatch.StartNew();
        var many = JsonElement.Parse(Chain(10_000).Replace(" ", ""));
        Assert.Contains(check.ProblemsOf(many), p => p.Pointer == "/nodes" && p.Message.Contains("500 are the most", StringComparison.Ordinal));
        Assert.Equal("definitionTooLarge", check.Of(many).Refusal!.Code);
        Assert.True(check.Of(Chain(CheckDefinition.MostNodes)).Ok);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"It took {watch.Elapsed.TotalSeconds:0.0} s.");
    }

    private static string Chain(int nodes) => Json.Text(new
    {
        format = 1,
        name = "Chain",
        purpose = "Goes on.",
        nodes = Enumerable.Range(0, nodes).Select(i => i == 0
            ? (object)new { id = "n0", kind = "trigger" }
            : new { id = $"n{i}", kind = "output", settings = new { value = i == 1 ? "" : $"{{{{ steps.n{i - 1}.output }}}}" } }),
        edges = Enumerable.Range(1, nodes - 1).Select(i => new { from = $"n{i - 1}", to = $"n{i}" }),
    });
}
