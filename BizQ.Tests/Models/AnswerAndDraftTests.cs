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

    [Fact]
    public void A_value_is_never_read_as_a_template()
    {
        Assert.Equal("Dear {{ secret }}{% include 'x' %}", Draft.Run("Dear {{ name }}", JsonElement.Parse("""{"name":"{{ secret }}{% include 'x' %}","secret":"no"}"""), _cancel).Text);
    }

    [Theory]
    [InlineData("{% if x %}open", "badTemplate")]
    [InlineData("{% for i in (1..100000) %}{% for j in (1..100000) %}xxxxxxxxxx{% endfor %}{% endfor %}", null)]
    [InlineData("{% capture a %}xxxxxxxxxxxxxxxxxxxx{% endcapture %}{% for i in (1..40) %}{% capture a %}{{ a }}{{ a }}{% endcapture %}{% endfor %}{{ a }}", "draftTooLong")]
    [InlineData("{% include '/etc/passwd' %}", "badTemplate")]
    public void A_template_that_cannot_be_filled_is_a_named_failure(string template, string? code)
    {
        var problem = Assert.Throws<ModelException>(() => Draft.Run(template, JsonElement.Parse("{}"), _cancel));

        Assert.Contains(problem.Code, code is null ? ["draftTooLong", "badTemplate"] : new[] { code });
    }
}
