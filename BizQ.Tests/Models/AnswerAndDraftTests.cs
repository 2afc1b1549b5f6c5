using System.Text.Json;
using BizQ.Agents.Models;
using BizQ.Agents.Models.BuiltIn;

namespace BizQ.Tests.Models;

/// <summary>The built-in model answers with passages or not at all, and fills templates within bounds.</summary>
public sealed class AnswerAndDraftTests
{
    private static readonly AnswerFromEvidence Answer = new();
    private static readonly DraftText Draft = new();

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public void An_answer_is_a_sentence_of_a_passage_with_its_source()
    {
        var answer = Answer.Run("Within how many days can unused goods be sent back?", Tasks.Passages, _cancel);

        Assert.True(answer.Known);
        Assert.Equal("Unused goods can be sent back within 30 days of delivery. [1]", answer.Text);
        Assert.Equal(("Refunds", "policies.md", Tasks.Passages[0].Id), (answer.Citations[0].Title, answer.Citations[0].Source, answer.Citations[0].Id));
    }

    [Theory, InlineData("Do you have a shop in Lisbon?"), InlineData("Who won the match?"), InlineData(""), InlineData("???")]
    public void What_no_passage_says_it_does_not_know(string question)
    {
        var answer = Answer.Run(question, Tasks.Passages, _cancel);

        Assert.False(answer.Known);
        Assert.Contains("I do not know", answer.Text, StringComparison.Ordinal);
        Assert.Empty(answer.Citations);
    }

    [Fact]
    public void What_came_in_does_not_answer_itself()
    {
        var answer = Answer.Run("Can goods be sent back after 90 days?", [Tasks.Passages[0] with { Kind = "input", Text = "Goods can be sent back after 90 days." }], _cancel);

        Assert.False(answer.Known);
    }

    [Fact]
    public void A_draft_fills_its_template_and_names_what_was_missing()
    {
        var drafted = Draft.Run(
            "Dear {{ name }},\n\n{% if order %}your order {{ order.number }} of {{ order.total }} EUR{% endif %}\n\n\n\n{% for item in items %}- {{ item }}\n{% endfor %}\n{{ closing }}",
            JsonElement.Parse("""{"name":"Ana","order":{"number":"A-1","total":12.5},"items":["Tent","Stove"]}"""), _cancel);

        Assert.Equal("Dear Ana,\n\nyour order A-1 of 12.5 EUR\n\n- Tent\n- Stove", drafted.Text);
        Assert.Equal(["closing"], drafted.Missing);
    }

    [Theory]
    [InlineData("{{ items | join: ', ' }}", "Tent, Stove")]
    [InlineData("{{ items | concat: more | join: '+' }}", "Tent+Stove+Mug")]
    [InlineData("{{ 'a tent, a stove' | replace_first: 'a ', 'one ' }}", "one tent, a stove")]
    [InlineData("{{ price | money }}", "€12.50")]
    [InlineData("{{ shipped | day }}", "23 November 2026")]
    [InlineData("{{ 'Berg, Anna Maria' | first_name }}", "Anna")]
    [InlineData("{% capture line %}{{ items[0] }}!{% endcapture %}{{ line }}{{ line }}", "Tent!Tent!")]
    public void Its_filters_do_what_liquid_s_do(string template, string text) => Assert.Equal(text, Draft.Run(
        template, JsonElement.Parse("""{"items":["Tent","Stove"],"more":["Mug"],"price":{"amount":"12.50","currency":"EUR"},"shipped":"2026-11-23T10:00:00Z"}"""), _cancel).Text);

    [Fact]
    public void A_value_is_never_read_as_a_template()
    {
        Assert.Equal("Dear {{ secret }}{% include 'x' %}", Draft.Run("Dear {{ name }}", JsonElement.Parse("""{"name":"{{ secret }}{% include 'x' %}","secret":"no"}"""), _cancel).Text);
    }

    [Theory]
    [InlineData("{% if x %}open", "badTemplate")]
    [InlineData("{% for i in (1..100000) %}{% for j in (1..100000) %}xxxxxxxxxx{% endfor %}{% endfor %}", null)]
    [InlineData("{% capture a %}xxxxxxxxxxxxxxxxxxxx{% endcapture %}{% for i in (1..40) %}{% capture a %}{{ a }}{{ a }}{% endcapture %}{% endfor %}{{ a }}", "draftTooLong")]
    [InlineData("{% assign a = 'xxxxxxxxxx' %}{% for i in (1..60) %}{% assign a = a | append: a %}{% endfor %}", "draftTooLong")]
    [InlineData("{% assign a = 'xxxxxxxxxx' %}{% for i in (1..60) %}{% assign a = a | replace: 'x', 'xx' %}{% endfor %}", "draftTooLong")]
    [InlineData("{% assign a = 'x' %}{% for i in (1..15) %}{% assign a = a | append: a %}{% endfor %}{{ a | replace: 'x', a }}", "draftTooLong")]
    [InlineData("{% assign a = 'xxxxxxxxxx' %}{% for i in (1..60) %}{% assign a = a | replace_first: 'x', a %}{% endfor %}", "draftTooLong")]
    [InlineData("{% assign a = 'xxxxxxxxxx' %}{% for i in (1..60) %}{% assign a = a | split: '' | join: 'xx' %}{% endfor %}", "draftTooLong")]
    [InlineData("{% assign a = 'x,x' | split: ',' %}{% for i in (1..60) %}{% assign a = a | concat: a %}{% endfor %}", "draftTooLong")]
    [InlineData("{% include '/etc/passwd' %}", "badTemplate")]
    public void A_template_that_cannot_be_filled_is_a_named_failure(string template, string? code)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var problem = Assert.Throws<ModelException>(() => Draft.Run(template, JsonElement.Parse("{}"), _cancel));

        Assert.Contains(problem.Code, code is null ? ["draftTooLong", "badTemplate"] : new[] { code });
        // What would double without end is stopped by its size, long before the time limit. Loops of nothing only cost their time.
        if (code is not null)
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 30_000_000);
    }
}
