using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.Extensions.Time.Testing;

namespace BizQ.Tests.Context;

/// <summary>What is said stays said: facts are never overwritten, and two who write at once both learn of it.</summary>
public sealed class EntityTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task A_fact_is_never_overwritten_a_newer_one_takes_its_place(Engine engine)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero));
        await using var business = await KnownBusiness.Start(engine, clock);
        var entity = (await business.Say("product", new { sku = "T1", name = "Tent", price = 249 })).Value;
        clock.Advance(TimeSpan.FromMinutes(5));
        await business.Say("product", new { sku = "T1", price = 199 }, source: "Price list");
        clock.Advance(TimeSpan.FromMinutes(5));
        await business.Say("product", new { sku = "T1", name = "Tent" }, entity.Id, source: "Ana");

        var said = await business.History(entity.Id, "price");
        Assert.Equal([("null", "Ana"), ("199", "Price list"), ("249", "CRM")], said.Select(f => (f.Value.GetRawText(), f.SourceName)));
        Assert.Equal([null, said[0].Id, said[1].Id], said.Select(f => f.SupersededBy));
        Assert.Equal(clock.GetUtcNow() - TimeSpan.FromMinutes(10), said[2].ObservedAt);
        var now = (await business.Read.Run(business.Owner, entity.Id, false, Cancel)).Value;
        Assert.Equal(["sku", "name"], now.Facts.Select(f => f.Field));
        Assert.Equal(["sku", "name"], now.Entity.Data.EnumerateObject().Select(p => p.Name));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task The_same_said_again_within_a_day_is_no_new_fact_and_later_is(Engine engine)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero));
        await using var business = await KnownBusiness.Start(engine, clock);
        var entity = (await business.Say("product", new { sku = "T1", price = 249 })).Value;
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, (await business.Say("product", new { sku = "T1", price = 249.0 })).Value.Version);
        Assert.Single(await business.History(entity.Id, "price"));
        clock.Advance(TimeSpan.FromDays(2));
        await business.Say("product", new { sku = "T1", price = 249 });
        Assert.Equal(2, (await business.History(entity.Id, "price")).Count);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Of_ten_who_edit_the_same_version_one_wins_and_nine_are_told(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var entity = (await business.Say("policy", new { name = "Returns", days = 30 })).Value;
        var edits = await Task.WhenAll(Enumerable.Range(0, 10).Select(n => Task.Run(() => business.Say("policy", new { name = "Returns", days = n }, entity.Id, expected: 1), Cancel)));
        Assert.Single(edits, e => e.Ok);
        Assert.All(edits.Where(e => !e.Ok), e => Assert.Equal("changedMeanwhile", e.Refusal!.Code));
        Assert.Equal(2, (await business.History(entity.Id, "days")).Count);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Ten_who_write_a_new_key_at_once_make_one_entity(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var written = await Task.WhenAll(Enumerable.Range(0, 10).Select(n => Task.Run(() => business.Say("customer", new { email = n % 2 == 0 ? "ana@x.example" : "ANA@X.example", visits = n }), Cancel)));
        Assert.Single(written.Select(w => w.Value.Id).Distinct());
        Assert.Equal(10, (await business.History(written[0].Value.Id, "visits")).Count);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Only_what_is_known_now_can_be_verified_and_only_by_those_who_may(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var entity = (await business.Say("policy", new { name = "Returns", days = 30 })).Value;
        await business.Say("policy", new { name = "Returns", days = 14 }, entity.Id);
        var days = await business.History(entity.Id, "days");
        var viewer = await business.Kit.NewPerson(business.Owner.WorkspaceId, Role.Viewer);
        var stranger = await business.Kit.NewWorkspace("Another");

        Assert.Equal(RefusalKind.Forbidden, (await business.Verify.Run(viewer, days[0].Id, Cancel)).Refusal!.Kind);
        Assert.Equal(Refusal.NotFound("fact"), (await business.Verify.Run(stranger, days[0].Id, Cancel)).Refusal);
        Assert.Equal("superseded", (await business.Verify.Run(business.Owner, days[1].Id, Cancel)).Refusal!.Code);
        Assert.Equal("Test Owner", (await business.Verify.Run(business.Owner, days[0].Id, Cancel)).Value.VerifierName);
        Assert.Equal("Test Owner", (await business.Verify.Run(await business.Kit.NewPerson(business.Owner.WorkspaceId, Role.Builder), days[0].Id, Cancel)).Value.VerifierName);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Who_looks_at_an_entity_is_told_when_a_fact_of_it_is_verified_or_said_again(Engine engine)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero));
        await using var business = await KnownBusiness.Start(engine, clock);
        var entity = (await business.Say("policy", new { key = "returns", days = 30 })).Value;
        List<Guid> told = [];
        using var listening = business.Kit.Changes.Subscribe(business.Owner.WorkspaceId, change => told.Add(change.Id));
        await business.Verify.Run(business.Owner, (await business.History(entity.Id, "days"))[0].Id, Cancel);
        Assert.Equal([entity.Id], told);
        clock.Advance(TimeSpan.FromDays(2));
        await business.Say("policy", new { key = "returns", days = 30 });
        Assert.Equal([entity.Id, entity.Id], told);
    }

    [Fact]
    public void The_text_of_an_entity_says_money_as_people_do() => Assert.Equal(
        "Price: 249.00 EUR\nLines 1, sku: P1\nLines 1, price: 12.5 EUR",
        EntityText.Of(Json.Element(new { price = new { amount = "249.00", currency = "EUR" }, lines = new[] { new { sku = "P1", price = new { amount = 12.5, currency = "EUR" } } } })));

    [Fact]
    public async Task Everything_that_is_wrong_with_an_entity_is_said_at_once()
    {
        await using var business = await KnownBusiness.Start(Engine.Sqlite);
        var refused = await business.Write.Run(business.Owner, new WriteEntityRequest(null, "Two words", new string('n', 201), new string('k', 201), Json.Element(new[] { 1 }), SourceKind.Api, "x"), Cancel);
        Assert.Equal(["/type", "/name", "/key", "/data"], refused.Refusal!.Problems!.Select(p => p.Pointer));
        Assert.Equal("badEntity", (await business.Say("document", new { name = "x" })).Refusal!.Code);
        Assert.Equal("badEntity", (await business.Say("note", new { text = new string('x', EntityLimits.DataBytes) })).Refusal!.Code);
        var deep = Enumerable.Range(0, 10).Aggregate((object)1, (inner, _) => new { inner });
        Assert.Equal("badEntity", (await business.Say("note", new { deep })).Refusal!.Code);
        var one = (await business.Say("order", new { number = "OG-1" })).Value;
        await business.Say("order", new { number = "OG-2" });
        Assert.Equal("keyTaken", (await business.Say("order", new { number = "og-2" }, one.Id)).Refusal!.Code);
        Assert.Equal("typeFixed", (await business.Say("product", new { number = "OG-1" }, one.Id)).Refusal!.Code);
    }
}
