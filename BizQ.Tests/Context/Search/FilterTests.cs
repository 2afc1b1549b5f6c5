using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Tests.Kit;
using Microsoft.Extensions.Time.Testing;

namespace BizQ.Tests.Context;

/// <summary>Conditions in the text of a search mean the same on both engines.</summary>
public sealed class FilterTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task Numbers_days_yes_and_no_texts_lists_and_money_are_compared_as_what_they_are(Engine engine)
    {
        await using var business = await Shop(engine);
        foreach (var (text, found) in new (string, string)[]
        {
            ("type:order", "O-1 O-2 O-3"),
            ("type:order status:late", "O-1 O-3"),
            ("type:order status:LATE total>100", "O-3"),
            ("total>=99.5 total<1000", "O-1 O-3"),
            ("total:250", "O-3"),
            ("total:99.50", "O-1"),
            ("total<100", "O-1 O-2"),
            ("total>9", "O-1 O-2 O-3"),
            ("paid:yes", "O-1"),
            ("paid:false", "O-2"),
            ("placed:2026-01-05", "O-1 O-2"),
            ("placed>2026-01-05", "O-3"),
            ("placed<=2026-01-05", "O-1 O-2"),
            ("tag:gift", "O-2 Ridge"),
            ("tag:gif", ""),
            ("price>20", "Ridge"),
            ("price<20", "Peg"),
            ("-status:late type:order", "O-2"),
            ("status!=late type:order", "O-2"),
            ("customer:\"Ana Berg\"", "O-1"),
            ("ORDER_NUMBER:o-2", "O-2"),
            ("key:o-2", "O-2"),
            ("name:idg", "Ridge"),
            ("\"two person\"", "Ridge"),
            ("\"person two\"", ""),
            ("type:product -\"two person\"", "Peg"),
            ("kind:passage", "care"),
            ("source:shop type:product", "Peg Ridge"),
            ("verified:yes", "Ridge"),
            ("updated>2026-03-01 type:order", "O-1 O-2 O-3"),
            ("updated>2026-03-10 type:order", ""),
            ("created:2026-03-10 type:document", "care"),
            ("100%", ""),
            ("customer:\"%\"", ""),
            ("total>100 tent", "O-3"),
            ("tent type:order status:late", "O-1 O-3"),
        })
        {
            Assert.Equal((text, found), (text, string.Join(' ', (await Ask(business, text)).Items.Select(h => h.Title).Order(StringComparer.Ordinal))));
        }
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task What_is_not_understood_is_told_and_looked_for_as_words(Engine engine)
    {
        await using var business = await Shop(engine);
        var answer = await Ask(business, "statsu:late tent");
        Assert.Equal("No field is called 'statsu', so statsu:late was looked for as words. Did you mean 'status'?", Assert.Single(answer.Notes));
        Assert.Contains(answer.Items, hit => hit.Title == "Ridge");
        Assert.Contains("such as updated>2026-01-31", Assert.Single((await Ask(business, "updated>soon")).Notes), StringComparison.Ordinal);
        Assert.Contains("only numbers and days", Assert.Single((await Ask(business, "status>late")).Notes), StringComparison.Ordinal);
        Assert.Equal("Nothing is of the type 'ordr'. Did you mean 'order'?", Assert.Single((await Ask(business, "type:ordr")).Notes));
        Assert.Empty((await Ask(business, "what is a tent?")).Notes);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task No_condition_breaks_the_database_and_none_reaches_another_workspace(Engine engine)
    {
        await using var business = await Shop(engine);
        foreach (var value in new[] { "'", "';--", "\\", "%", "_", "\0", "\ud800", "1e400", "-", "9999999999999999999", "0001-01-01", "9999-12-31", "2026-13-45", "a\"b", "{0}", "@workspace", "[1]", "null" })
        {
            foreach (var field in new[] { "total", "status", "tag", "name", "updated", "created", "verified", "kind", "type", "key", "source", "customer" })
            {
                foreach (var sign in new[] { ":", ">", "<=", "!=" })
                    _ = await Ask(business, $"{field}{sign}{value} tent");
            }
        }
        var stranger = await business.Kit.NewWorkspace("Another");
        foreach (var text in new[] { "type:order", "status:late", "-status:x", "total>0", "verified:no", "created>2020-01-01" })
            Assert.Empty((await business.Find.Run(stranger, new SearchQuery(text) { Filters = true }, Cancel)).Value.Items);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Text_that_came_from_outside_narrows_nothing(Engine engine)
    {
        await using var business = await Shop(engine);
        var found = await business.Find.Run(business.Owner, new SearchQuery("tent type:policy"), Cancel);
        Assert.Contains(found.Value.Items, hit => hit.Title == "Ridge");
        Assert.Empty((await Ask(business, "tent type:policy")).Items);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Conditions_alone_are_paged_newest_first(Engine engine)
    {
        await using var business = await Shop(engine);
        var first = (await business.Find.Run(business.Owner, new SearchQuery("type:order", Limit: 2) { Filters = true }, Cancel)).Value;
        var second = (await business.Find.Run(business.Owner, new SearchQuery("type:order", Limit: 2, Cursor: first.Next) { Filters = true }, Cancel)).Value;
        Assert.Equal(["O-3", "O-2", "O-1"], first.Items.Concat(second.Items).Select(h => h.Title));
        Assert.Null(second.Next);
    }

    private static async Task<SearchAnswer> Ask(KnownBusiness business, string text) =>
        (await business.Find.Run(business.Owner, new SearchQuery(text, Limit: 20) { Filters = true }, Cancel)).Value;

    private static async Task<KnownBusiness> Shop(Engine engine)
    {
        var business = await KnownBusiness.Start(engine, new FakeTimeProvider(Now));
        await business.Say("order", new { orderNumber = "O-1", status = "late", total = 99.5, paid = true, placed = "2026-01-05", customer = "Ana Berg", item = "Ridge tent" });
        await business.Say("order", new { orderNumber = "O-2", status = "open", total = 9.99, paid = false, placed = "2026-01-05T18:30:00Z", tags = new[] { "gift", "fast" }, item = "Peg" });
        await business.Say("order", new { orderNumber = "O-3", status = "Late", total = "250", placed = "2026-02-01", item = "tent, large" });
        await business.Say("product", new { sku = "R", name = "Ridge", text = "A two person tent", price = new { amount = "129.00", currency = "EUR" }, tag = "gift" }, verified: true, source: "Shop system");
        await business.Say("product", new { sku = "P", name = "Peg", text = "For one tent or two", price = new { amount = "9.00", currency = "EUR" } }, source: "Shop system");
        await business.Upload("care.md", "Dry every tent before storing it.");
        return business;
    }
}
