using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Tests.Kit;
using Microsoft.Extensions.Time.Testing;

namespace BizQ.Tests.Context;

/// <summary>The ways beside words and meaning: what is named exactly, what is related, what is fresh and vouched for; and how all say why.</summary>
public sealed class WaysTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task What_is_named_exactly_comes_first(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine, new FakeTimeProvider(Now));
        await business.Say("order", new { number = "OG-1042", item = "Stove" });
        await business.Say("note", new { name = "About 1042", text = "OG 1042 OG 1042 1042" });
        await business.Say("customer", new { email = "ana@example.com", name = "Ana Berg" });
        await business.Say("note", new { name = "Berg tours", text = "Ana went to the Berg, Ana loved the Berg" });
        Assert.Equal("OG-1042", (await Ask(business, "where is og-1042?"))[0].Title);
        Assert.Equal("Ana Berg", (await Ask(business, "what did Ana Berg order"))[0].Title);
        Assert.Equal(["Ana Berg"], (await Ask(business, "mail from ana@example.com please", SearchMode.Fields)).Select(h => h.Title));
        Assert.Contains(new WayRank(SearchWay.Fields, 1), (await Ask(business, "OG-1042"))[0].Why.Ways);
        Assert.Empty(await Ask(business, "Berg", SearchMode.Fields, business.Owner with { WorkspaceId = (await business.Kit.NewWorkspace("Another")).WorkspaceId }));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_value_of_many_names_none_of_them(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        for (var i = 0; i < 21; i++)
            await business.Say("order", new { number = $"N-{i}", batch = "B7" });
        Assert.Empty(await Ask(business, "B7", SearchMode.Fields));
        await business.Say("order", new { number = "N-99", batch = "B8" });
        Assert.Equal(["N-99"], (await Ask(business, "B8", SearchMode.Fields)).Select(h => h.Title));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task What_is_related_to_the_best_is_found_behind_it_until_the_relation_ends(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine, new FakeTimeProvider(Now));
        var order = (await business.Say("order", new { number = "OG-7", item = "Fennec stove" })).Value;
        var customer = (await business.Say("customer", new { email = "ana@example.com", name = "Ana Berg" })).Value;
        await business.Say("customer", new { email = "bo@example.com", name = "Bo Holm" });
        var relation = new Relation
        {
            Id = business.Kit.Ids.New(),
            WorkspaceId = order.WorkspaceId,
            FromId = order.Id,
            Kind = "placedBy",
            ToId = customer.Id,
            Source = SourceKind.Api,
            SourceName = "CRM",
            ObservedAt = Now,
            RecordedAt = Now,
        };
        await using var db = business.Kit.Database.Open(order.WorkspaceId);
        db.Add(relation);
        await db.SaveChangesAsync(Cancel);
        var found = await Ask(business, "fennec");
        Assert.Equal(["OG-7", "Ana Berg"], found.Select(h => h.Title));
        Assert.Equal([new WayRank(SearchWay.Graph, 1)], found[1].Why.Ways.Where(w => w.Way != SearchWay.Recency));
        Assert.Equal(["Ana Berg"], (await Ask(business, "fennec", SearchMode.Graph)).Select(h => h.Title));
        Assert.Equal(["OG-7"], (await Ask(business, "fennec", types: "order")).Select(h => h.Title));
        relation.End(Now, "Ana");
        await db.SaveChangesAsync(Cancel);
        Assert.Equal(["OG-7"], (await Ask(business, "fennec")).Select(h => h.Title));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Of_what_is_else_alike_the_verified_and_the_fresh_come_first(Engine engine)
    {
        var clock = new FakeTimeProvider(Now.AddDays(-400));
        await using var business = await KnownBusiness.Start(engine, clock);
        await business.Say("policy", new { name = "Returns", code = "P1", note = "returns within some days" });
        clock.SetUtcNow(Now.AddDays(-2));
        await business.Say("policy", new { name = "Returns", code = "P2", note = "returns within some days" }, verified: true);
        await business.Say("policy", new { name = "Returns", code = "P3", note = "returns within some days" });
        clock.SetUtcNow(Now);
        var found = await Ask(business, "returns", SearchMode.Recency);
        Assert.Equal(["P2", "P3", "P1"], found.Select(h => CodeOf(h)));
        Assert.Equal("P2", CodeOf((await Ask(business, "returns days"))[0]));
        Assert.Equal(3, found[0].Trust.Verified);
        Assert.Equal(0, found[1].Trust.Verified);
        Assert.Equal(1, found[0].Trust.Confidence);
    }

    private static string CodeOf(SearchHit hit) => hit.Text.Split([' ', '\n']).First(w => w is "P1" or "P2" or "P3");

    [Theory, ClassData(typeof(Engines))]
    public async Task An_answer_says_why_it_is_one(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine, new FakeTimeProvider(Now));
        await business.Say("order", new { number = "OG-7", item = "Red stove", status = "late" });
        var hit = Assert.Single(await Ask(business, "stoves in red status:late"));
        Assert.Equal(["red", "stoves"], hit.Why.Words.Order(StringComparer.Ordinal));
        Assert.Equal(["status:late"], hit.Why.Fields);
        Assert.Equal(new WayRank(SearchWay.Text, 1), hit.Why.Ways[0]);
        Assert.Equal((1.0, 0, 3, null), (hit.Trust.Confidence, hit.Trust.Verified, hit.Trust.Facts, hit.Trust.ExpiredAt));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task What_was_believed_at_a_moment_is_found_as_it_was(Engine engine)
    {
        var clock = new FakeTimeProvider(Now);
        await using var business = await KnownBusiness.Start(engine, clock);
        var store = (await business.Say("store", new { name = "Shop", city = "Berlin" })).Value;
        clock.Advance(TimeSpan.FromDays(10));
        await business.Say("store", new { name = "Shop", city = "Hamburg" }, store.Id);
        Assert.Empty(await At(business, "Berlin", clock.GetUtcNow()));
        var then = Assert.Single(await At(business, "Berlin", Now.AddDays(5)));
        Assert.Equal(("Shop", "Name: Shop\nCity: Berlin"), (then.Title, then.Text));
        Assert.Equal(["berlin"], then.Why.Words);
        Assert.Empty(await At(business, "Hamburg", Now.AddDays(5)));
        Assert.Single(await At(business, "city:berlin", Now.AddDays(5)));
        Assert.Empty(await At(business, "city:berlin", clock.GetUtcNow()));
        Assert.Empty(await At(business, "Berlin", Now.AddDays(-1)));
        var stranger = await business.Kit.NewWorkspace("Another");
        Assert.Empty((await business.Find.Run(stranger, new SearchQuery("Berlin") { AsOf = Now.AddDays(5) }, Cancel)).Value.Items);
    }

    private static async Task<IReadOnlyList<SearchHit>> Ask(KnownBusiness business, string text, SearchMode mode = SearchMode.Hybrid, BizQ.Core.Workspaces.Actor? actor = null, params string[] types) =>
        (await business.Find.Run(actor ?? business.Owner, new SearchQuery(text, types, 20) { Filters = true, Mode = mode }, Cancel)).Value.Items;

    private static async Task<IReadOnlyList<SearchHit>> At(KnownBusiness business, string text, DateTimeOffset moment) =>
        (await business.Find.Run(business.Owner, new SearchQuery(text) { Filters = true, AsOf = moment }, Cancel)).Value.Items;
}
