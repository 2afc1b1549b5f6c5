using BizQ.Core.Agents;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.Extensions.Time.Testing;

namespace BizQ.Tests.Context.Missing;

/// <summary>How much of what ought to be known is known, fresh, agreed on and verified.</summary>
public sealed class CoverageTests
{
    private static readonly DateTimeOffset _start = new(2026, 11, 1, 9, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task The_map_counts_facts_and_what_is_not_there_counts_too(Engine engine)
    {
        var clock = new FakeTimeProvider(_start);
        await using var business = await KnownBusiness.Start(engine, clock);
        var kit = business.Kit;
        using var check = new CheckNeeds(kit.Database, kit.Changes, kit.Clock);
        var read = new ReadCoverage(kit.Database, check, new KeepCoverage(kit.Ids, kit.Clock), kit.Clock);
        var empty = (await read.Run(business.Owner, Cancel)).Value;
        Assert.Equal((0, null), (empty.Measures.Coverage, empty.Measures.Freshness));
        Assert.Equal(["product"], empty.Categories.Single(c => c.Category == "products").Types.Select(t => t.Type));

        await business.Say("product", new { sku = "T1", name = "Tent", price = 249, summary = "Sleeps two" }, verified: true);
        await business.Say("product", new { sku = "T2", name = "Stove", price = 49, summary = "" });
        var products = (await read.Run(business.Owner, Cancel)).Value.Categories.Single(c => c.Category == "products").Measures;
        Assert.Equal(new Measures(Expected: 8, Known: 7, Fresh: 7, Verified: 4, Disputed: 0, Usable: 7), products);
        Assert.Equal((87, 87, 100, 100, 57), (products.Coverage, products.Completeness, products.Freshness, products.Consistency, products.Verification));
        var missing = new ListMissing(kit.Database, kit.Clock);
        Assert.Equal(["Stove"], (await missing.Run(business.Owner, "product", "summary", null, null, Cancel)).Value.Items.Select(e => e.Name));

        // Prices stay true for 90 days; confirmed, they are fresh again.
        clock.Advance(TimeSpan.FromDays(91));
        Assert.Equal((7, 5), await Counted(read, business));
        Assert.Equal(2, (await missing.Run(business.Owner, "product", "price", null, null, Cancel)).Value.Items.Count);
        var stove = (await business.FindEntities.Run(business.Owner, new FindEntitiesRequest("product", new Dictionary<string, string> { ["key"] = "T2" }), Cancel)).Value.Items.Single();
        await business.Verify.Run(business.Owner, (await business.History(stove.Id, "price"))[0].Id, Cancel);
        Assert.Equal((7, 6), await Counted(read, business));
        Assert.Equal([new DateOnly(2026, 11, 1), new DateOnly(2027, 1, 31)], (await read.Run(business.Owner, Cancel)).Value.History.Where(p => p.Category == "products").Select(p => p.Day));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_need_is_judged_by_what_it_asks_for(Engine engine)
    {
        var clock = new FakeTimeProvider(_start);
        await using var business = await KnownBusiness.Start(engine, clock);
        using var check = new CheckNeeds(business.Kit.Database, business.Kit.Changes, business.Kit.Clock);
        Task<NeedState> State(NeedDefinition need) => StateOf(check, business, need);
        Assert.Equal(NeedState.Missing, await State(new("store")));
        var store = (await business.Say("store", new { name = "Shop", openingHours = "9-17", address = "" })).Value;
        Assert.Equal(NeedState.Incomplete, await State(new("store")));
        Assert.Equal(NeedState.Met, await State(new("store", ["openingHours"])));
        Assert.Equal(NeedState.Unverified, await State(new("store", ["openingHours"], Verified: true)));
        clock.Advance(TimeSpan.FromDays(10));
        Assert.Equal(NeedState.Stale, await State(new("store", ["openingHours"], MaxAgeDays: 7)));
        Assert.Equal(NeedState.Met, await State(new("store", ["openingHours"], MaxAgeDays: 11)));
        await business.Verify.Run(business.Owner, (await business.History(store.Id, "openingHours"))[0].Id, Cancel);
        Assert.Equal(NeedState.Met, await State(new("store", ["openingHours"], MaxAgeDays: 7, Verified: true)));
        Assert.Equal(NeedState.Missing, await State(new("document")));
        await business.Upload("open.md", "We open at nine.");
        Assert.Equal(NeedState.Met, await State(new("document", MaxAgeDays: 5)));
        clock.Advance(TimeSpan.FromDays(6));
        Assert.Equal(NeedState.Stale, await State(new("document", MaxAgeDays: 5)));
        await business.RemoveEntity.Run(business.Owner, store.Id, null, Cancel);
        Assert.Equal(NeedState.Missing, await State(new("store", ["openingHours"])));
    }

    [Fact]
    public async Task Of_many_things_the_latest_count_and_a_verdict_is_kept_until_something_changes()
    {
        var clock = new FakeTimeProvider(_start);
        await using var business = await KnownBusiness.Start(Engine.Sqlite, clock);
        using var check = new CheckNeeds(business.Kit.Database, business.Kit.Changes, business.Kit.Clock);
        for (var n = 0; n < 30; n++)
        {
            await business.Say("order", new { number = $"O-{n}", status = "shipped" });
            clock.Advance(TimeSpan.FromDays(1));
        }
        NeedDefinition need = new("order", ["status"], MaxAgeDays: 2);
        Assert.Equal(NeedState.Met, await StateOf(check, business, need));
        var version = business.Kit.Ids.New();
        Assert.Equal(NeedState.Met, await StateOf(check, business, need, version));
        clock.Advance(TimeSpan.FromDays(3));
        Assert.Equal(NeedState.Stale, await StateOf(check, business, need, version));
        await business.Say("order", new { number = "O-new", status = "new" });
        Assert.Equal(NeedState.Met, await StateOf(check, business, need, version));
    }

    private static async Task<NeedState> StateOf(CheckNeeds check, KnownBusiness business, NeedDefinition need, Guid? version = null)
    {
        var agent = new Actor(business.Owner.WorkspaceId, ActorKind.Agent, business.Kit.Ids.New(), "Agent", new HashSet<Permission> { Permission.View }) { Reads = ["*"] };
        return (await check.Before(agent, version ?? business.Kit.Ids.New(), [need], Cancel)).Needs.Single().State;
    }

    private static async Task<(long Known, long Fresh)> Counted(ReadCoverage read, KnownBusiness business)
    {
        var products = (await read.Run(business.Owner, Cancel)).Value.Categories.Single(c => c.Category == "products").Measures;
        return (products.Known, products.Fresh);
    }
}
