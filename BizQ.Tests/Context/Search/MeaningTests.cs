using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Context;

/// <summary>Texts are found by what they mean, learned from the workspace's own texts.</summary>
public sealed class MeaningTests
{
    private static readonly string[][] Subjects =
    [
        ["refund", "payment", "invoice", "card", "bank", "amount", "charge", "credit"],
        ["tent", "stove", "lantern", "sleeping", "hammock", "campfire", "trail", "rucksack"],
        ["garden", "hedge", "spade", "seed", "lawn", "compost", "rose", "greenhouse"],
        ["engine", "wheel", "brake", "tyre", "gear", "clutch", "exhaust", "bonnet"],
        ["guitar", "piano", "violin", "drum", "flute", "trumpet", "harp", "cello"],
        ["harbour", "sail", "anchor", "mast", "rudder", "keel", "deck", "lighthouse"],
    ];

    [Fact]
    public void Words_that_keep_the_same_company_lie_close_and_others_far()
    {
        var space = LatentSpace.Learn(TwoSubjects(), CancellationToken.None)!;
        // "reimbursement" and "refund" are never in one text, only among the same other words.
        Assert.True(Near(space, "reimbursement", "refund") > 0.6, $"{Near(space, "reimbursement", "refund")}");
        Assert.True(Near(space, "reimbursement", "tent") < 0.3, $"{Near(space, "reimbursement", "tent")}");
    }

    [Fact]
    public void The_same_texts_give_the_same_space_and_too_few_give_none()
    {
        var (one, other) = (LatentSpace.Learn(TwoSubjects(), CancellationToken.None)!, LatentSpace.Learn(TwoSubjects(), CancellationToken.None)!);
        Assert.Equal(one.Of(WordCounts.Of("", "a refund for a tent")), other.Of(WordCounts.Of("", "a refund for a tent")));
        Assert.Null(LatentSpace.Learn([.. TwoSubjects().Take(LatentSpace.FewestTexts - 1)], CancellationToken.None));
        Assert.Null(one.Of(WordCounts.Of("", "xylophone")));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_text_without_any_word_of_the_question_is_found(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        await KnowMuch(business);
        await business.Say("note", new { name = "N-1", text = "bank credit invoice reimbursement" });
        await business.Meanings.Ready(business.Owner.WorkspaceId);
        Assert.Contains("N-1", await Names(business, "refund", SearchMode.Meaning));
        Assert.Contains("N-1", await Names(business, "refund", SearchMode.Hybrid));
        Assert.DoesNotContain("N-1", await Names(business, "refund", SearchMode.Text));
        Assert.DoesNotContain("N-1", await Names(business, "hammock", SearchMode.Hybrid));
        Assert.Empty(await business.Search("xylophone"));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task What_is_written_and_removed_later_is_followed_and_types_narrow(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        await KnowMuch(business);
        await business.Meanings.Ready(business.Owner.WorkspaceId);
        var late = (await business.Say("memo", new { name = "Late", text = "bank credit invoice reimbursement" })).Value;
        await business.Meanings.Ready(business.Owner.WorkspaceId);
        Assert.Equal(["Late"], await Names(business, "refund", SearchMode.Meaning, "memo"));
        await business.RemoveEntity.Run(business.Owner, late.Id, null, TestContext.Current.CancellationToken);
        await business.Meanings.Ready(business.Owner.WorkspaceId);
        Assert.Empty(await Names(business, "refund", SearchMode.Meaning, "memo"));
        var stranger = await business.Kit.NewWorkspace();
        Assert.Empty((await business.Find.Run(stranger, new SearchQuery("refund"), TestContext.Current.CancellationToken)).Value.Items);
    }

    private static async Task KnowMuch(KnownBusiness business)
    {
        var write = new WriteEntities(business.Kit.Database, business.Kit.Ids, business.Kit.Clock);
        var texts = Sentences().Select((text, i) => new WriteEntityRequest(null, "note", $"Note {i}", $"K{i}", Json.Element(new { text }), SourceKind.Api, "CRM")).ToList();
        Assert.Null((await write.Run(business.Owner, texts, TestContext.Current.CancellationToken)).Refusal);
    }

    private static async Task<List<string>> Names(KnownBusiness business, string text, SearchMode mode, params string[] types) =>
        [.. (await business.Find.Run(business.Owner, new SearchQuery(text, types, 100) { Mode = mode }, TestContext.Current.CancellationToken)).Value.Items.Select(hit => hit.Title)];

    private static List<WordCounts> TwoSubjects() => [.. Sentences().Select(text => WordCounts.Of("", text))];

    /// <summary>Six hundred texts, a hundred on each subject; every other one about money calls the refund a reimbursement.</summary>
    private static IEnumerable<string> Sentences()
    {
        var random = new Random(11);
        for (var i = 0; i < 600; i++)
        {
            var words = Enumerable.Range(0, 5).Select(_ => Subjects[i % 6][random.Next(8)]);
            var text = string.Join(' ', words);
            yield return i % 12 == 0 ? text.Replace("refund", "reimbursement", StringComparison.Ordinal) : text;
        }
    }

    private static float Near(LatentSpace space, string one, string other) =>
        System.Numerics.Tensors.TensorPrimitives.Dot<float>(space.Of(WordCounts.Of("", one)), space.Of(WordCounts.Of("", other)));
}
