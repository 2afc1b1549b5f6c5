using System.Text.Json;
using BizQ.Core;

namespace BizQ.Tests.Expressions;

/// <summary>What people write between braces, and what they get.</summary>
public sealed class ExpressionTests
{
    private static readonly JsonElement Scope = JsonElement.Parse(
        """
        {
          "trigger": { "kind": "mail", "mail": { "subject": "Where is order 4711?", "from": { "address": "ann@example.org", "name": "Ann" }, "text": "Hello\nplease help", "odd-name": 1, "tags": ["a", "b"] } },
          "steps": { "classify": { "output": { "label": "shipping", "confidence": 0.92, "constructor": "Bauer GmbH" } }, "find": { "output": { "entities": { "order": { "total": 120.5, "items": [{ "sku": "T1", "n": 2 }, { "sku": "T2", "n": 1 }] } }, "nothing": null } } },
          "workspace": { "name": "Peak" }, "run": { "id": "1" }, "now": "2026-11-23T10:00:00Z"
        }
        """);

    private readonly BizQ.Agents.Runtime.Expressions _expressions = new();

    [Theory]
    [InlineData("trigger.mail.subject", "\"Where is order 4711?\"")]
    [InlineData("{{ trigger.mail.from.name }}", "\"Ann\"")]
    [InlineData("trigger.mail['odd-name']", "1")]
    [InlineData("trigger?.mail?.tags[1]", "\"b\"")]
    [InlineData("trigger.mail.tags.length", "2")]
    [InlineData("trigger.mail.from.name.length", "3")]
    [InlineData("steps.find.output.entities.order.items[1].sku", "\"T2\"")]
    [InlineData("steps.classify.output.constructor", "\"Bauer GmbH\"")]
    [InlineData("steps.classify.output", """{"label":"shipping","confidence":0.92,"constructor":"Bauer GmbH"}""")]
    [InlineData("steps.classify.output.label === 'shipping' && steps.classify.output.confidence > 0.5", "true")]
    [InlineData("steps.find.output.entities.order.items.map(i => i.sku).join(', ')", "\"T1, T2\"")]
    [InlineData("steps.find.output.entities.order.items.reduce((sum, i) => sum + i.n, 0)", "3")]
    [InlineData("{a: 1, b: [trigger.kind]}", """{"a":1,"b":["mail"]}""")]
    [InlineData("`${trigger.mail.from.name}: ${1 + 1}`", "\"Ann: 2\"")]
    [InlineData("trigger.mail.subject.match(/order (\\d+)/)?.[1]", "\"4711\"")]
    [InlineData("trigger.mail.subject.match(/x(\\d+)/)?.[1] ?? 'none'", "\"none\"")]
    [InlineData("'a-b-c'.replaceAll('-', '+') + 'a1b2'.replace(/(\\w)(\\d)/g, '$2$1') + 'x'.replace('x', m => m + m)", "\"a+b+c1a2bxx\"")]
    [InlineData("'5'.padStart(3, '0') + 'ab'.repeat(2) + 'a'.concat('b', 1)", "\"005ababab1\"")]
    [InlineData("[1, [2, [3, [4]]]].flat(Infinity).join('')", "\"1234\"")]
    [InlineData("JSON.stringify({a: [1, 'é']})", "\"{\\\"a\\\":[1,\\\"é\\\"]}\"")]
    [InlineData("JSON.parse('{\"a\": 2}').a", "2")]
    [InlineData("new Date().toISOString()", "\"2026-11-23T10:00:00.000Z\"")]
    [InlineData("new Date(Date.parse(now) + 86400000)", "\"2026-11-24T10:00:00.000Z\"")]
    [InlineData("Object.entries({a: 1}).map(([k, v]) => k + v)[0]", "\"a1\"")]
    [InlineData("new Set([1, 1, 2])", "[1,2]")]
    [InlineData("Object.fromEntries(new Map([['a', 1]]))", """{"a":1}""")]
    [InlineData("({now: 1, 'trigger': 2})['trig' + 'ger']", "2")]
    [InlineData("undefined", "null")]
    [InlineData("0 / 0", "null")]
    [InlineData("0.1 + 0.2", "0.30000000000000004")]
    [InlineData("1 // the first", "1")]
    [InlineData("(12.5).toFixed(2)", "\"12.50\"")]
    public void An_expression_gives_its_value(string expression, string expected)
    {
        var value = _expressions.Evaluate(expression, Scope);

        Assert.True(value.Ok, value.Refusal?.Message);
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(expected), value.Value), value.Value.GetRawText());
    }

    [Theory]
    [InlineData("steps.skipped.output.amount")]
    [InlineData("steps.skipped.output.amount.toFixed(2)")]
    [InlineData("steps.skipped.output.items.map(i => i.sku).join(', ')")]
    [InlineData("steps['skipped']['output'].x")]
    [InlineData("steps.find.output.nothing.more")]
    [InlineData("trigger.mail.tags[7].x")]
    [InlineData("trigger.mail.tags[0 + 7].x.y()")]
    public void What_is_not_there_reads_as_null_however_deep(string expression) =>
        Assert.Equal(JsonValueKind.Null, _expressions.Evaluate(expression, Scope).Value.ValueKind);

    [Theory]
    [InlineData("trigr.mail", "'trigr'")]
    [InlineData("'a'.toUppercase()", "toUppercase")]
    [InlineData("steps.classify.output.label.map(x => x)", "map")]
    [InlineData("trigger.", "not valid JavaScript")]
    [InlineData("1; 2", "not valid JavaScript")]
    [InlineData("1); (2", "one expression")]
    [InlineData("", "empty")]
    [InlineData("x => x", "function")]
    public void A_mistake_is_refused_with_the_expression_and_the_reason(string expression, string reason)
    {
        var refusal = _expressions.Evaluate(expression, Scope).Refusal;

        Assert.Equal("expressionFailed", refusal?.Code);
        Assert.Contains(reason, refusal!.Message, StringComparison.Ordinal);
        Assert.Contains(expression.Trim(), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_are_filled_in_at_the_pointers_only()
    {
        var settings = JsonElement.Parse(
            """{"input":"{{ steps.classify.output }}","title":"{{ not.evaluated }}","set":{"a":"Hi {{ trigger.mail.from.name }}{{ steps.skipped.output }}!","b":["{{1}}",{"c":"{{ {x:{y:1}} }}"}]},"cases":[{"when":"{{ true }}","name":"{{x}}"}]}""");

        var resolved = _expressions.Resolve(settings, ["/input", "/set/**", "/cases/*/when"], Scope);

        Assert.Equal(
            """{"input":{"label":"shipping","confidence":0.92,"constructor":"Bauer GmbH"},"title":"{{ not.evaluated }}","set":{"a":"Hi Ann!","b":[1,{"c":{"x":{"y":1}}}]},"cases":[{"when":true,"name":"{{x}}"}]}""",
            resolved.Value.GetRawText());
    }

    [Fact]
    public void Every_failing_setting_is_named_with_its_pointer()
    {
        var refusal = _expressions.Resolve(JsonElement.Parse("""{"a/b":"{{ foo }}","c":["{{ 'x'.nope() }}"]}"""), ["/**"], Scope).Refusal;

        Assert.Equal(["/a~1b", "/c/0"], refusal!.Problems!.Select(p => p.Pointer));
    }

    [Theory]
    [InlineData("{{ '}}' }}", "}}")]
    [InlineData("{{ {a:{b:{c:1}}}.a.b.c }}", "1")]
    [InlineData("a {{ '{{' }} b", "a {{ b")]
    [InlineData("{{1}}{{2}}", "12")]
    [InlineData("{{ [1,{a:2}] }} and {{ true }} and {{ null }}", """[1,{"a":2}] and true and """)]
    public void Braces_close_where_the_expression_ends(string text, string expected)
    {
        var resolved = _expressions.Resolve(Json.Element(new { text }), ["/text"], Scope).Value.GetProperty("text");

        Assert.Equal(expected, resolved.ValueKind == JsonValueKind.String ? resolved.GetString() : resolved.GetRawText());
    }

    [Theory]
    [InlineData("no braces", null)]
    [InlineData("{{ trigger.mail.subject }} {{ steps.a.output.b }}", null)]
    [InlineData("{{ trigger.mail.subject ", "never closes")]
    [InlineData("{{ trigger..mail }}", "not valid JavaScript")]
    [InlineData("{{ foo + 1 }}", "'foo'")]
    [InlineData("{{ foo }}", "'foo'")]
    [InlineData("{{ }}", "empty")]
    [InlineData("{{ 10n }}", "big integer")]
    [InlineData("{{ this.x }}", "'this'")]
    public void A_definition_is_told_what_is_wrong_before_it_runs(string text, string? problem)
    {
        var found = _expressions.ProblemOf(text);

        Assert.Equal(problem is null, found is null);
        Assert.Contains(problem ?? "", found ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void The_steps_an_expression_names_are_known() =>
        Assert.Equal(["a", "b-c"], _expressions.StepsIn("{{ steps.a.output + x.steps.no }} {{ steps['b-c'].output }} {{ 'steps.text' }}"));
}
