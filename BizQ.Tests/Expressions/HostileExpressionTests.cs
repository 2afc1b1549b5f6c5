using System.Diagnostics;
using System.Text.Json;

namespace BizQ.Tests.Expressions;

/// <summary>
/// Expressions written to hang, to fill the memory, or to get out. Each must end in a refusal (or harmlessly) with bounded
/// work: the allocation figure is exact, the time is generous because machines are busy.
/// </summary>
public sealed class HostileExpressionTests
{
    private const long MostAllocated = 400_000_000;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    private static readonly JsonElement Scope = JsonElement.Parse("""{"trigger":{"text":"x"},"steps":{},"workspace":{},"run":{},"now":"2026-11-23T10:00:00Z"}""");

    private readonly BizQ.Agents.Runtime.Expressions _expressions = new();

    [Theory]
    [InlineData("'x'.repeat(2**29)")]
    [InlineData("'x'.repeat(2**27)")]
    [InlineData("'x'['rep' + 'eat'](2**27)")]
    [InlineData("'x'.padEnd(2**29)")]
    [InlineData("'x'.padStart(2**28, 'ab')")]
    [InlineData("2n ** (2n ** 30n)")]
    [InlineData("BigInt(3) ** BigInt(10000000)")]
    [InlineData("Array(1e9).fill(1)")]
    [InlineData("new Array(4294967295).join('x')")]
    [InlineData("Array.from({length: 1e9})")]
    [InlineData("Array(10000).join('x'.repeat(100000)).length")]
    [InlineData("String.raw({raw: Array(10000).fill('x'.repeat(100000))}).length")]
    [InlineData("'x'.concat(...Array(10000).fill('x'.repeat(100000))).length")]
    [InlineData("'a'.repeat(900000).replaceAll('a', 'b'.repeat(10000)).length")]
    [InlineData("'a'.repeat(900000).replace(/a/g, 'b'.repeat(10000)).length")]
    [InlineData("'a'.repeat(100000).replace(/a/g, () => 'b'.repeat(10000)).length")]
    [InlineData("'a'.repeat(30000).replace(/a/g, '$`$`').length")]
    [InlineData("(() => { let a = 'x'; for (let i = 0; i < 40; i++) a = a + a; return a.length })()")]
    [InlineData("(() => { let a = 'x'; for (let i = 0; i < 40; i++) a = `${a}${a}`; return a.length })()")]
    [InlineData("(() => { let a = ['x']; for (let i = 0; i < 40; i++) a = [...a, ...a]; return a.length })()")]
    [InlineData("(() => { let a = ['x']; for (let i = 0; i < 30; i++) a = [a, a]; return JSON.stringify(a).length })()")]
    [InlineData("(() => { let a = ['x']; for (let i = 0; i < 30; i++) a = [a, a]; return a })()")]
    [InlineData("(() => { let a = ['x']; for (let i = 0; i < 40; i++) a = [a, a]; return String(a).length })()")]
    [InlineData("(() => { let a = ['x']; for (let i = 0; i < 40; i++) a = [a, a]; return a.toLocaleString().length })()")]
    [InlineData("(() => { let a = ['x']; for (let i = 0; i < 40; i++) a = [a, a]; return a.flat(Infinity).length })()")]
    [InlineData("(() => { let a = []; a.push(a); return JSON.stringify(a) })()")]
    [InlineData("(() => { let a = []; a.push(a); return '' + a })()")]
    [InlineData("(() => { let a = {}; a.a = a; return a })()")]
    [InlineData("/^(a+)+$/.test('a'.repeat(40) + 'b')")]
    [InlineData("new RegExp('(a*)*b').test('a'.repeat(60))")]
    [InlineData("(() => { while (true) {} })()")]
    [InlineData("[3, 2, 1].sort(() => { while (true) {} })")]
    [InlineData("(function f() { return f() })()")]
    [InlineData("(() => { const o = { get a() { return this.a } }; return o.a })()")]
    [InlineData("(() => { const o = { get a() { while (true) {} } }; return o.a })()")]
    [InlineData("(() => { const o = { toJSON() { while (true) {} } }; return JSON.stringify(o) + o.toJSON() })()")]
    [InlineData("({ toString() { while (true) {} } }) + ''")]
    [InlineData("new Uint8Array(2**30).length")]
    [InlineData("new SharedArrayBuffer(2**30).byteLength")]
    [InlineData("Atomics.wait(new Int32Array(8), 0, 0, 20000)")]
    [InlineData("(function*() { while (true) yield 1 })()")]
    [InlineData("(async () => 1)()")]
    [InlineData("new Proxy({}, {})")]
    [InlineData("(() => { let m = [1]; m.length = 4294967295; return m.some(x => false) })()")]
    [InlineData("(() => { let m = []; m.length = 4294967295; return m })()")]
    [InlineData("Array.prototype.join.call({length: 2**53 - 1}, '')")]
    [InlineData("(() => { let a = 'x'; for (let i = 0; i < 20; i++) a = a + a; return a.match(/x/g).length + a.match(/x/g).length + a.match(/x/g).length })()")]
    [InlineData("Array(60000).fill('x'.repeat(100000))")]
    public void Exhausting_expressions_are_refused_in_bounded_time_and_memory(string expression)
    {
        _expressions.Evaluate("1 + 1", Scope);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();

        var value = _expressions.Evaluate(expression, Scope);

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        TestContext.Current.SendDiagnosticMessage($"{clock.ElapsedMilliseconds} ms, {allocated / 1e6:F1} MB: {expression} => {value.Refusal?.Message}");
        Assert.NotNull(value.Refusal);
        Assert.Equal("expressionFailed", value.Refusal.Code);
        Assert.InRange(allocated, 0, MostAllocated);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, Longest);
    }

    [Theory]
    [InlineData("eval('1+1')")]
    [InlineData("Function('return 1')()")]
    [InlineData("new Function('return 1')()")]
    [InlineData("(() => {}).constructor('return 1')()")]
    [InlineData("(() => {})['constr' + 'uctor']('return 1')()")]
    [InlineData("'x'.at.constructor.constructor('return 1')()")]
    [InlineData("({}).constructor.constructor('return 1')()")]
    [InlineData("[]['fl' + 'at']['constructor']('return 1')()")]
    [InlineData("import('fs')")]
    [InlineData("require('fs')")]
    [InlineData("System.IO.File.ReadAllText('/etc/passwd')")]
    [InlineData("importNamespace('System')")]
    [InlineData("globalThis")]
    [InlineData("this")]
    [InlineData("Reflect.ownKeys({})")]
    [InlineData("trigger.GetType().Assembly.FullName.length.x.y")]
    [InlineData("Math.random()")]
    [InlineData("Temporal.Now.instant()")]
    [InlineData("setTimeout(() => 1, 1)")]
    [InlineData("fetch('http://127.0.0.1')")]
    [InlineData("console.log(1)")]
    [InlineData("process.env")]
    public void Nothing_gets_out(string expression) =>
        Assert.Equal("expressionFailed", _expressions.Evaluate(expression, Scope).Refusal?.Code);

    [Fact]
    public void One_expression_cannot_change_what_another_sees()
    {
        _expressions.Evaluate("(() => { Array.prototype.map = () => 'stolen'; trigger.text = 'changed'; Object.prototype.x = 1; return 1 })()", Scope);

        Assert.Equal("[\"x\"]", _expressions.Evaluate("[trigger.text].map(t => t)", Scope).Value.GetRawText());
        Assert.Equal("null", _expressions.Evaluate("({})['x' + '']", Scope).Value.GetRawText());
    }

    [Fact]
    public async Task Many_threads_evaluate_at_once_and_each_sees_its_own_scope()
    {
        await Parallel.ForAsync(0, 400, (i, _) =>
        {
            var scope = JsonElement.Parse($$"""{"trigger":{"n":{{i}} },"steps":{} }""");
            Assert.Equal(i * 2, _expressions.Evaluate("trigger.n * 2", scope).Value.GetInt32());
            return ValueTask.CompletedTask;
        });
    }

    [Theory]
    [InlineData('(', ')')]
    [InlineData('[', ']')]
    public void Deep_nesting_is_refused_not_a_crash(char open, char close)
    {
        var deep = new string(open, 4_900) + "1" + new string(close, 4_900);

        Assert.True(_expressions.Evaluate(deep, Scope) is { Ok: true } or { Refusal.Code: "expressionFailed" });
        Assert.Equal("expressionFailed", _expressions.Evaluate(new string(open, 200_000), Scope).Refusal?.Code);
    }
}
