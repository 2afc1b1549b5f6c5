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
    public async Task It_chooses_by_meaning(string text, string label)
    {
        var classify = new ClassifyText();

        Assert.Equal(label, (await classify.Run(text, Desk, _cancel)).Label);
    }

    [Theory, InlineData("Our chess club meets on Thursday in the town hall."), InlineData("qwertz uiop"), InlineData("")]
    public async Task What_fits_nothing_is_other(string text)
    {
        var classify = new ClassifyText();

        var result = await classify.Run(text, Desk, _cancel);

        Assert.True(result.Label == "other" || result.Confidence < Classifier.Unsure, $"{result.Label} {result.Confidence}");
    }

    [Fact]
    public async Task The_scores_are_a_ranking_of_all_labels_that_adds_up()
    {
        var classify = new ClassifyText();

        var result = await classify.Run("Where is my order?", Desk, _cancel);

        Assert.Equal(4, result.Scores.Count);
        Assert.Equal((result.Label, result.Confidence), (result.Scores[0].Label, result.Scores[0].Score));
        Assert.Equal(result.Scores.OrderByDescending(score => score.Score), result.Scores);
        Assert.InRange(result.Scores.Sum(score => score.Score), 0.99, 1.01);
        Assert.True(result.Confidence > 0.7, $"{result.Confidence}");
    }

    [Fact]
    public async Task It_says_the_same_every_time()
    {
        var one = new ClassifyText();
        var two = new ClassifyText();

        Assert.Equivalent(await one.Run("My tent is broken", Desk, _cancel), await two.Run("My tent is broken", Desk, _cancel));
    }

    [Fact]
    public async Task It_learns_once_and_then_only_looks()
    {
        var classify = new ClassifyText();

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => classify.Run($"Where is order {i}?", [.. Desk], _cancel), _cancel)));

        Assert.Equal(1, classify.Learned);
        await classify.Run("Where is it?", [.. Desk, new LabelExample("praise", null, ["Thank you so much"])], _cancel);
        Assert.Equal(2, classify.Learned);
    }

    [Fact]
    public async Task Labels_without_examples_are_told_by_their_names_and_descriptions()
    {
        var classify = new ClassifyText();

        Assert.Equal("invoice", (await classify.Run("Could you send me the invoice once more?", [new("invoice"), new("complaint", "something is broken or wrong")], _cancel)).Label);
    }

    [Fact]
    public async Task Without_labels_or_with_a_data_set_for_examples_it_says_what_to_do()
    {
        var classify = new ClassifyText();

        Assert.Equal("noLabels", (await Assert.ThrowsAsync<ModelException>(() => classify.Run("Hello", [], _cancel))).Code);
        Assert.Equal("tooManyExamples", (await Assert.ThrowsAsync<ModelException>(() => classify.Run("Hello", [new("a", null, [new string('x', 6_000_000)]), new("b")], _cancel))).Code);
    }

    [Fact]
    public async Task A_mail_without_end_is_read_only_so_far()
    {
        var classify = new ClassifyText();

        Assert.Equal("refund", (await classify.Run("Please refund my order. " + string.Concat(Enumerable.Repeat("lorem ipsum ", 500_000)), Desk, _cancel)).Label);
    }

    [Fact]
    public async Task Many_examples_are_learned_once_too()
    {
        var classify = new ClassifyText();
        IReadOnlyList<LabelExample> labels = [.. Enumerable.Range(0, 20).Select(label => new LabelExample($"matter {label}", null,
            [.. Enumerable.Range(0, 160).Select(example => $"It is about matter {label}, number {label * 1000 + example}, please look into it")]))];

        for (var mail = 0; mail < 3; mail++)
            Assert.Equal("matter 7", (await classify.Run($"Hello, could you look into matter 7 for me? Case {mail}", labels, _cancel)).Label);

        Assert.Equal(1, classify.Learned);
    }

    [Fact]
    public async Task What_was_learned_is_kept_within_bounds_and_the_last_always()
    {
        var learned = new LearnedClassifiers(mostBytes: 1);

        foreach (var key in new[] { "a", "b", "b", "a", "a" })
            await learned.Get(key, () => Classifier.Train(Desk));

        Assert.Equal(3, learned.Count);
    }

    [Fact]
    public async Task What_could_not_be_learned_is_tried_again()
    {
        var learned = new LearnedClassifiers(mostBytes: 1_000_000);

        await Assert.ThrowsAsync<InvalidDataException>(() => learned.Get("a", () => throw new InvalidDataException()));

        Assert.Equal("refund", (await learned.Get("a", () => Classifier.Train(Desk))).Classify("Please refund it").Label);
    }
}
