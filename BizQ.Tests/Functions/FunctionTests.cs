using BizQ.Agents.Functions;

namespace BizQ.Tests.Functions;

/// <summary>What a user function can do, and how its mistakes are told.</summary>
public sealed class FunctionTests(FunctionDesk desk) : IClassFixture<FunctionDesk>
{
    [Theory]
    [InlineData("function run(input) { return input.list.map(n => n * 2) }", "[2,4,6]")]
    [InlineData("const run = input => ({ sum: input.list.reduce((a, b) => a + b, 0) });", """{"sum":6}""")]
    [InlineData("async function half(n) { return n / 2 }\nasync function run(input) { return await half(input.list[2]) }", "1.5")]
    [InlineData("class Tax { #rate = 0.19; of(n) { return n * this.#rate } }\nfunction run() { return new Tax().of(100) }", "19")]
    [InlineData("function* upTo(n) { for (let i = 1; i <= n; i++) yield i }\nfunction run() { return [...upTo(3)] }", "[1,2,3]")]
    [InlineData("function run() { return new Date().toISOString() }", "\"2026-11-23T10:00:00.000Z\"")]
    [InlineData("function run() { return { a: undefined, b: NaN, c: new Date(0), d: [undefined], e: 'ü' } }", """{"b":null,"c":"1970-01-01T00:00:00.000Z","d":[null],"e":"ü"}""")]
    [InlineData("function run() { }", "null")]
    [InlineData("function run(input) { return `${'{{'} ${input.text} }}` }", "\"{{ grüße }}\"")]
    [InlineData("function run() { return ['b', 'ä', 'a'].sort((x, y) => x.localeCompare(y)) }", """["a","ä","b"]""")]
    public async Task A_function_computes_a_value(string code, string expected) =>
        Assert.Equal(expected, await desk.Value(code, """{ "list": [1, 2, 3], "text": "grüße" }"""));

    [Theory]
    [InlineData("function run(input) {\n  const a = {};\n  return a.b.c;\n}", "functionFailed", 3, 14, "Cannot read properties of undefined (reading 'c')")]
    [InlineData("function run() {\n\n  throw new Error('not today');\n}", "functionFailed", 3, 9, "says 'not today'")]
    [InlineData("async function run() {\n  await null;\n  throw new TypeError('late');\n}", "functionFailed", 3, 9, "says 'late'")]
    [InlineData("function run() { return 1n }", "functionFailed", null, null, "BigInt")]
    [InlineData("function run( {", "functionSyntax", 1, 16, "not valid JavaScript")]
    [InlineData("function go() { return 1 }", "functionSyntax", null, null, "no function called run")]
    [InlineData("function run() { const a = {}; a.a = a; return a }", "functionFailed", null, null, "Cyclic")]
    [InlineData("function run() { return () => 1 }", "functionResult", null, null, "returns a function")]
    [InlineData("function run() { return 'x'.repeat(2 ** 20) }", "functionResult", null, null, "bytes")]
    [InlineData("function run() { let a = 1; for (let i = 0; i < 60; i++) a = [a]; return a }", "functionResult", null, null, "deep")]
    [InlineData("function run() { return new Promise(() => {}) }", "functionFailed", 1, null, "nothing will ever settle")]
    [InlineData("function run() { return Math.random() }", "functionFailed", 1, null, "random")]
    [InlineData("function run() {\n  for (;;) { }\n}", "functionTooSlow", 2, null, "processor time")]
    [InlineData("function run() { return run() }", "functionTooDeep", 1, null, "deep")]
    [InlineData("function run() { const a = [];\n  for (;;) a.push('x'.repeat(1000) + a.length) }", "functionTooLarge", 2, null, "64 MB")]
    [InlineData("function run() { const o = {}; let a = o; for (let i = 0; i < 200000; i++) { a.a = {}; a = a.a } return JSON.stringify(o).length }", "functionTooLarge", null, null, "64 MB")]
    public async Task A_mistake_is_told_with_its_place(string code, string kind, int? line, int? column, string words)
    {
        var failure = await desk.Failure(code);

        Assert.Equal((kind, false), (failure.Code, failure.Retryable));
        Assert.Contains(words, failure.Sentence, StringComparison.OrdinalIgnoreCase);
        if (line is not null)
            Assert.Equal(line, failure.Line);
        if (column is not null)
            Assert.Equal(column, failure.Column);
    }

    [Fact]
    public async Task Nothing_is_left_of_a_call_for_the_next_one()
    {
        Assert.Equal("1", await desk.Value("globalThis.kept = 1; Array.prototype.map = () => 'stolen'; Object.prototype.x = 1; var n = 1; function run() { return n++ }"));

        Assert.Equal("[\"undefined\",null,[2]]", await desk.Value("function run() { return [typeof kept, {}.x, [1].map(n => n + 1)] }"));
    }

    [Fact]
    public async Task An_input_that_is_too_large_is_not_sent()
    {
        var failure = await desk.Failure("function run(input) { return input.length }", $"\"{new string('x', FunctionLimits.MostInput)}\"");

        Assert.Equal("functionInput", failure.Code);
        Assert.Equal("1048574", await desk.Value("function run(input) { return input.length }", $"\"{new string('x', FunctionLimits.MostInput - 2)}\""));
    }

    [Fact]
    public async Task A_result_of_a_megabyte_comes_back_whole() =>
        Assert.Equal(FunctionLimits.MostResult, (await desk.Value($"function run() {{ return 'x'.repeat({FunctionLimits.MostResult - 2}) }}")).Length);
}
