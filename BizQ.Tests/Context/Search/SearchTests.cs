using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Context;

/// <summary>Any text is a question, on both engines, and every answer says where it comes from.</summary>
public sealed class SearchTests
{
    [Theory, ClassData(typeof(Engines))]
    public async Task No_text_is_a_syntax_error(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        await business.Say("product", new { sku = "T1", name = "Tent", note = "fish & chips, AND/OR, 100% C++" });
        string[] texts =
        [
            "\"", "\"\"\"", "'", "';DROP TABLE facts;--", "(", ")))", "*", "tent*", "*tent", "AND", "tent AND", "NOT", "tent NOT x", "NEAR(a b)", "tent OR", "title:tent", "{title}: x", "-tent", "^tent", "tent^2",
            "tent & !x | (y", "tent:*", "<->", "\\", "%", "_", "[a-z]", "\0", "a\0b", "😀", "日本語", "\ud800", "tent \udc00", "", "   ", "\n\t", "C++", "100%", "@#$%^&*()[]{}|;:,.<>/?~`", "w019aa00000007000 t636f", new string('"', 5000), new string('x', 100_000), string.Join(' ', Enumerable.Range(0, 5000)),
        ];
        foreach (var text in texts)
        {
            _ = await business.Search(text);
            _ = await business.Search(text, typing: true);
        }
        foreach (var text in (string[])["tent*", "\"tent", "tent AND (", "title:tent", "TENTS!", "-tent"])
            Assert.Equal("Tent", Assert.Single(await business.Search(text)).Title);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Highlights_are_the_words_that_were_found_whatever_their_form(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        await business.Upload("returns.md", $"# Returns\n\n{string.Concat(Enumerable.Repeat("Nothing of interest stands here. ", 30))}\n\nRefunds for a RETURNED café table are paid within 14 days.");
        var hit = (await business.Search("how are returns refunded at the cafe"))[0];
        Assert.Equal(["Refunds", "RETURNED", "café"], hit.Highlights.Select(h => hit.Snippet.Substring(h.Start, h.Length)));
        Assert.True(hit.Snippet.Length <= 240);
        Assert.Equal((SearchKind.Passage, "document", "Returns"), (hit.Kind, hit.Type, hit.Source));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task While_typing_the_unfinished_word_already_finds(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        await business.Say("product", new { sku = "T1", name = "Waterproof jacket" });
        Assert.Empty(await business.Search("waterp"));
        Assert.Single(await business.Search("waterp", typing: true));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task The_one_that_answers_comes_first_even_among_a_handful(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        await business.Upload("tent.txt", "The Ridge tent sleeps two and weighs 2.4 kg.");
        await business.Upload("stove.txt", "The Fennec stove burns gas. Keep the stove away from the tent.");
        await business.Upload("care.txt", "Dry the tent before storing it, or its seams will rot.");
        Assert.Equal("care", (await business.Search("how do I store a tent"))[0].Title);
        Assert.Equal("stove", (await business.Search("which gas does the stove burn"))[0].Title);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task What_is_no_longer_so_or_was_removed_is_no_longer_found(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var entity = (await business.Say("store", new { name = "Shop", city = "Berlin" })).Value;
        await business.Say("store", new { name = "Shop", city = "Hamburg" }, entity.Id);
        Assert.Empty(await business.Search("Berlin"));
        Assert.Equal("CRM", Assert.Single(await business.Search("Hamburg")).Source);
        await business.RemoveEntity.Run(business.Owner, entity.Id, null, TestContext.Current.CancellationToken);
        Assert.Empty(await business.Search("Hamburg"));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Types_narrow_and_nobody_finds_another_workspaces(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        await business.Say("product", new { sku = "T1", name = "Ridge tent" });
        await business.Say("order", new { number = "OG-1", item = "Ridge tent" });
        await business.Upload("ridge.txt", "All about the ridge tent.");
        Assert.Equal(3, (await business.Search("ridge tent")).Count);
        Assert.Equal(["order"], (await business.Search("ridge tent", false, null, "order")).Select(h => h.Type));
        Assert.Equal(["document"], (await business.Search("ridge tent", false, null, "document")).Select(h => h.Type));
        Assert.Equal(2, (await business.Search("ridge tent", false, null, "document", "product")).Count);
        Assert.Empty(await business.Search("ridge tent", actor: await business.Kit.NewWorkspace("Another")));
    }
}
