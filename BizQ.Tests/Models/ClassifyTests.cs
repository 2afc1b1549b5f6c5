using BizQ.Agents.Models;
using BizQ.Agents.Models.BuiltIn.Classifying;

namespace BizQ.Tests.Models;

/// <summary>The built-in classifier: learns from a handful of examples, says how sure it is, and is the same every time.</summary>
public sealed class ClassifyTests
{
    private static readonly IReadOnlyList<LabelExample> Desk =
    [
        new("shipping", "asks where a parcel is", ["Where is my order?", "My parcel has not arrived", "When will it be delivered?", "The tracking has not changed for days"]),
        new("refund", "wants money back", ["I want my money back", "Please refund my order", "I sent it back, when do I get the money?", "Cancel it and reimburse me"]),
        new("product", "asks about a product", ["Is the tent waterproof?", "Which size fits me?", "Does the stove work with your gas cans?", "Is the jacket warm enough for winter?"]),
        new("other"),
    ];

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Hi, I ordered a week ago and nothing has come yet. Where's my package?", "shipping")]
    [InlineData("Please reimburse me for order 4711, the boots were broken.", "refund")]
    [InlineData("Would this sleeping bag be warm enough in winter?", "product")]
    [InlineData("Refundd plese, I want the mony back", "refund")]
    [InlineData("Hello,\n\nI hope you are well. We had a lovely weekend in the mountains with friends, and the weather was kind to us.\n\nOne thing though: my parcel has still not arrived.\n\nBest regards,\nJo", "shipping")]
    public void It_chooses_by_meaning(string text, string label)
    {
        using var classify = new ClassifyText();

        Assert.Equal(label, classify.Run(text, Desk, _cancel).Label);
    }

    [Theory, InlineData("Our chess club meets on Thursday in the town hall."), InlineData("qwertz uiop"), InlineData("")]
    public void What_fits_nothing_is_other(string text)
    {
        using var classify = new ClassifyText();

        var result = classify.Run(text, Desk, _cancel);

        Assert.True(result.Label == "other" || result.Confidence < Classifier.Unsure, $"{result.Label} {result.Confidence}");
    }

    [Fact]
    public void The_scores_are_a_ranking_of_all_labels_that_adds_up()
    {
        using var classify = new ClassifyText();

        var result = classify.Run("Where is my order?", Desk, _cancel);

        Assert.Equal(4, result.Scores.Count);
        Assert.Equal((result.Label, result.Confidence), (result.Scores[0].Label, result.Scores[0].Score));
        Assert.Equal(result.Scores.OrderByDescending(score => score.Score), result.Scores);
        Assert.InRange(result.Scores.Sum(score => score.Score), 0.99, 1.01);
        Assert.True(result.Confidence > 0.7, $"{result.Confidence}");
    }

    [Fact]
    public void It_says_the_same_every_time()
    {
        using var one = new ClassifyText();
        using var two = new ClassifyText();

        Assert.Equivalent(one.Run("My tent is broken", Desk, _cancel), two.Run("My tent is broken", Desk, _cancel));
    }

    [Fact]
    public void It_learns_once_and_then_only_looks()
    {
        using var classify = new ClassifyText();

        Parallel.For(0, 50, i => classify.Run($"Where is order {i}?", [.. Desk], _cancel));

        Assert.Equal(1, classify.Trained);
        classify.Run("Where is it?", [.. Desk, new LabelExample("praise", null, ["Thank you so much"])], _cancel);
        Assert.Equal(2, classify.Trained);
    }

    [Fact]
    public void Labels_without_examples_are_told_by_their_names_and_descriptions()
    {
        using var classify = new ClassifyText();

        Assert.Equal("invoice", classify.Run("Could you send me the invoice once more?", [new("invoice"), new("complaint", "something is broken or wrong")], _cancel).Label);
    }

    [Fact]
    public void Without_labels_or_with_a_data_set_for_examples_it_says_what_to_do()
    {
        using var classify = new ClassifyText();

        Assert.Equal("noLabels", Assert.Throws<ModelException>(() => classify.Run("Hello", [], _cancel)).Code);
        Assert.Equal("tooManyExamples", Assert.Throws<ModelException>(() => classify.Run("Hello", [new("a", null, [new string('x', 6_000_000)]), new("b")], _cancel)).Code);
    }

    [Fact]
    public void A_mail_without_end_is_read_only_so_far()
    {
        using var classify = new ClassifyText();

        Assert.Equal("refund", classify.Run("Please refund my order. " + string.Concat(Enumerable.Repeat("lorem ipsum ", 500_000)), Desk, _cancel).Label);
    }
}
