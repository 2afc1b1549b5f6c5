using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Context;

/// <summary>Marked answers are kept as tests, which show what a change of weights would do before anybody makes it.</summary>
public sealed class SearchTestTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task Tests_show_the_figure_before_and_after_a_change_of_weights_and_saved_weights_hold(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var order = (await business.Say("order", new { number = "OG-1042", item = "Stove" })).Value;
        var note = (await business.Say("note", new { name = "Please call about OG 1042", text = "please call about OG 1042, call please" })).Value;
        var (tests, weigh, save) = Desk(business);
        var saved = await save.Run(business.Owner, new SaveSearchTestRequest("please call about OG-1042", [new(order.Id, order.Id, "OG-1042", true), new(note.Id, note.Id, "note", false)]), Cancel);
        Assert.True(saved.Ok);

        var without = SearchWeights.Usual with { Fields = 0, Recency = 0 };
        var result = Assert.Single((await tests.Run(business.Owner, without, Cancel)).Value);
        Assert.Equal((1, 1), (result.Before, result.WrongBefore));
        Assert.InRange(result.After!.Value, 0.5, 0.7);

        Assert.Equal(without, (await weigh.Run(business.Owner, without, Cancel)).Value);
        Assert.Equal(without, (await weigh.Read(business.Owner, Cancel)).Value);
        Assert.Equal(note.Id, (await business.Search("please call about OG-1042"))[0].Id);
        result = Assert.Single((await tests.Run(business.Owner, SearchWeights.Usual, Cancel)).Value);
        Assert.True(result.Before < result.After);
        await weigh.Run(business.Owner, SearchWeights.Usual, Cancel);
        Assert.Equal(order.Id, (await business.Search("please call about OG-1042"))[0].Id);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task The_same_question_is_one_test_and_others_neither_see_nor_change_it(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var (tests, weigh, save) = Desk(business);
        var mark = new Marked(business.Kit.Ids.New(), business.Kit.Ids.New(), "x", true);
        var first = (await save.Run(business.Owner, new SaveSearchTestRequest("Late orders", [mark]), Cancel)).Value;
        var second = (await save.Run(business.Owner, new SaveSearchTestRequest(" late ORDERS ", [mark, mark with { Right = false }]), Cancel)).Value;
        Assert.Equal(first.Id, second.Id);
        Assert.Equal(2, Assert.Single((await tests.List(business.Owner, Cancel)).Value).Right + 1);

        var stranger = await business.Kit.NewWorkspace("Another");
        Assert.Empty((await tests.List(stranger, Cancel)).Value);
        Assert.Equal(RefusalKind.NotFound, (await save.Remove(stranger, first.Id, Cancel)).Refusal!.Kind);
        var viewer = await business.Kit.NewPerson(business.Owner.WorkspaceId, Role.Viewer);
        var builder = await business.Kit.NewPerson(business.Owner.WorkspaceId, Role.Builder);
        Assert.Equal(RefusalKind.Forbidden, (await save.Run(viewer, new SaveSearchTestRequest("x", [mark]), Cancel)).Refusal!.Kind);
        Assert.Equal(RefusalKind.Forbidden, (await save.Remove(viewer, first.Id, Cancel)).Refusal!.Kind);
        Assert.Equal(RefusalKind.Forbidden, (await weigh.Run(builder, SearchWeights.Usual, Cancel)).Refusal!.Kind);
        Assert.True((await save.Remove(builder, first.Id, Cancel)).Ok);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task What_cannot_be_a_test_or_a_weight_is_refused(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var (tests, weigh, save) = Desk(business);
        Assert.Equal("nothingRight", (await save.Run(business.Owner, new SaveSearchTestRequest("x", [new(Guid.Empty, Guid.Empty, "", false)]), Cancel)).Refusal!.Code);
        Assert.Equal("badQuestion", (await save.Run(business.Owner, new SaveSearchTestRequest("  ", [new(Guid.Empty, Guid.Empty, "", true)]), Cancel)).Refusal!.Code);
        foreach (var bad in new[] { SearchWeights.Usual with { Text = -1 }, SearchWeights.Usual with { Graph = 6 }, SearchWeights.Usual with { Text = double.NaN }, new SearchWeights(0, 0, 0, 0, 1) })
        {
            Assert.Equal("badWeights", (await weigh.Run(business.Owner, bad, Cancel)).Refusal!.Code);
            Assert.Equal("badWeights", (await tests.Run(business.Owner, bad, Cancel)).Refusal!.Code);
            Assert.Equal("badWeights", (await business.Find.Run(business.Owner, new SearchQuery("x") { Weights = bad }, Cancel)).Refusal!.Code);
        }
    }

    private static Guid Id(byte number) => new(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);

    [Fact]
    public void Gain_counts_a_right_answer_once_and_less_the_lower_it_stands()
    {
        var (a, b, other, document) = (Id(1), Id(2), Id(3), Id(4));
        Assert.Equal((1, 0), SearchGain.Of([(a, a), (b, b)], [new(a, a, "", true), new(b, b, "", true)]));
        Assert.Equal((1 / Math.Log2(3), 1), SearchGain.Of([(other, other), (a, a)], [new(a, a, "", true), new(other, other, "", false)]));
        // A document read anew has other passages: one of them stands for the one that was marked, and only one.
        Assert.Equal((1, 0), SearchGain.Of([(other, document), (b, document)], [new(a, document, "", true)]));
        Assert.Equal((0, 0), SearchGain.Of([], [new(a, a, "", true)]));
    }

    private static (RunSearchTests Tests, WeighSearch Weigh, SaveSearchTest Save) Desk(KnownBusiness business) =>
        (new(business.Kit.Database, business.Find), new(business.Kit.Database), new(business.Kit.Database, business.Kit.Ids, business.Kit.Clock));
}
