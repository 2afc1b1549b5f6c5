using BizQ.Core.Agents;
using BizQ.Core.Runs;
using BizQ.Tests.Agents;

namespace BizQ.Tests.Functions;

/// <summary>A function as a node of an agent.</summary>
public sealed class FunctionNodeTests
{
    [Fact]
    public async Task A_node_computes_what_later_steps_read()
    {
        await using var desk = await NodeDesk.Start();

        var run = await desk.Run(
            "",
            """
            { "id": "start", "kind": "trigger" },
            { "id": "tax", "kind": "function", "settings": { "code": "function run(input) { return { gross: input.net * 1.19, at: new Date().getUTCFullYear() } }", "input": { "net": "{{ trigger.input.n }}" } } },
            { "id": "out", "kind": "output", "settings": { "value": "{{ steps.tax.output.gross }}" } }
            """,
            """{ "from": "start", "to": "tax" }, { "from": "tax", "to": "out" }""");

        Assert.Equal(RunStatus.Succeeded, run.Run.Status);
        Assert.Equal(8.33, run.Run.Output!.Value.GetDouble(), 9);
        Assert.Equal("""{"code":"function run(input) { return { gross: input.net * 1.19, at: new Date().getUTCFullYear() } }","input":{"net":7}}""", run.Steps.Single(s => s.NodeId == "tax").Input!.Value.GetRawText());
    }

    [Fact]
    public async Task A_mistake_fails_the_step_with_its_place()
    {
        await using var desk = await NodeDesk.Start();

        var run = await desk.Try("function", """{ "code": "function run(input) {\n  return input.a.b;\n}" }""");

        Assert.Equal(RunStatus.Failed, run.Run.Status);
        var error = run.Steps[^1].Error!.Value;
        Assert.Equal("functionFailed", error.GetProperty("code").GetString());
        Assert.EndsWith("(line 2, column 16)", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("function run( {", "not valid JavaScript")]
    [InlineData("let a = 1;", "no function called run")]
    [InlineData("async function run() {\n  return import('fs');\n}", "nothing to import here. (line 2, column 10)")]
    public async Task Code_that_cannot_run_is_not_saved(string code, string words)
    {
        await using var desk = await NodeDesk.Start();
        var definition = System.Text.Json.JsonSerializer.SerializeToElement(new
        {
            format = 1,
            name = "Bad",
            purpose = "Being tested.",
            nodes = new object[] { new { id = "start", kind = "trigger" }, new { id = "it", kind = "function", settings = new { code } } },
            edges = new[] { new { from = "start", to = "it" } },
        });

        var problem = Assert.Single(desk.Host.Get<CheckDefinition>().ProblemsOf(definition));

        Assert.Equal("/nodes/1/settings/code", problem.Pointer);
        Assert.Contains(words, problem.Message, StringComparison.Ordinal);
    }
}
