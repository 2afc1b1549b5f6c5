using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.Extensions.Time.Testing;

namespace BizQ.Tests.Context.Knowledge;

/// <summary>Types say what belongs to an entity and how long it stays true. They warn and never refuse.</summary>
public sealed class TypeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static EntityTypeDefinition Machine => new(
        "Machine", "Machine", "Machines", "precision_manufacturing", "processes", Json.Element(new { type = "object", properties = new { hours = new { type = "integer" } } }), ["name", "hours"], [new("hours", 30)]);

    [Fact]
    public async Task Every_built_in_type_keeps_the_rules_of_own_ones()
    {
        await using var business = await KnownBusiness.Start(Engine.Sqlite);
        Assert.Superset(
            new HashSet<string> { "customer", "supplier", "product", "order", "policy", "process", "person", "tool", "brandvoice", "company", "service" }, TypeCatalogue.BuiltIn.Keys.ToHashSet());
        foreach (var type in TypeCatalogue.BuiltIn.Values)
        {
            Assert.Null((await business.SaveType.Run(business.Owner, type, null, Cancel)).Refusal);
            Assert.All(type.Required.Concat(type.Volatile.Select(v => v.Field)), f => Assert.True(type.Schema.GetProperty("properties").TryGetProperty(f, out _), $"{type.Name}.{f}"));
            Assert.All(type.References, r => Assert.True(TypeCatalogue.BuiltIn.ContainsKey(r.Type), $"{type.Name} → {r.Type}"));
        }
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task What_an_entity_lacks_is_said_and_it_is_kept_all_the_same(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var stove = (await business.Say("product", new { sku = "S1", name = "Stove", inStock = 3.5, price = " " })).Value;
        var findings = (await business.Judge.Run(business.Owner, stove, Cancel)).Value;
        Assert.Equal(
            [("price", TypeFindingKind.Missing), ("summary", TypeFindingKind.Missing), ("inStock", TypeFindingKind.WrongKind)],
            findings.Select(f => (f.Field, f.Kind)));
        Assert.Empty((await business.Judge.Run(business.Owner, (await business.Say("gadget", new { name = "x" })).Value, Cancel)).Value);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_workspace_has_types_of_its_own_and_reads_built_in_ones_its_own_way(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var owner = business.Owner;
        var made = (await business.SaveType.Run(owner, Machine, 0, Cancel)).Value;
        Assert.Equal(("machine", TypeOrigin.Own, 0, 1), (made.Type, made.Origin, made.Count, made.Version));
        await business.Say("machine", new { name = "Lathe", hours = "many" });
        Assert.Equal(("hours", TypeFindingKind.WrongKind), (await business.Judge.Run(owner, (await business.FindEntities.Run(owner, new("machine"), Cancel)).Value.Items[0], Cancel)).Value.Select(f => (f.Field, f.Kind)).Single());

        var product = TypeCatalogue.BuiltIn["product"] with { Volatile = [new("price", 7)] };
        Assert.Equal(TypeOrigin.Overridden, (await business.SaveType.Run(owner, product, null, Cancel)).Value.Origin);
        Assert.Equal(TimeSpan.FromDays(7), (await business.Types.Catalogue(owner, Cancel)).Value.Of("product")!.LifetimeOf("price"));
        Assert.Equal("changedMeanwhile", (await business.SaveType.Run(owner, product, 0, Cancel)).Refusal!.Code);
        Assert.Equal(2, (await business.SaveType.Run(owner, product with { Volatile = [] }, 1, Cancel)).Value.Version);

        var listed = (await business.Types.List(owner, Cancel)).Value;
        Assert.Equal(("machine", 1, TypeOrigin.Own), (listed[0].Type, listed[0].Count, listed[0].Origin));
        Assert.Equal(TypeCatalogue.BuiltIn.Count + 1, listed.Count);
        var stranger = await business.Kit.NewWorkspace("Another");
        Assert.Equal(TypeOrigin.BuiltIn, (await business.Types.Read(stranger, "product", Cancel)).Value.Origin);
        Assert.Equal("notFound", (await business.Types.Read(stranger, "machine", Cancel)).Refusal!.Code);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_type_in_use_and_one_of_BizQs_own_stay(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var owner = business.Owner;
        await business.SaveType.Run(owner, Machine, null, Cancel);
        var lathe = (await business.Say("machine", new { name = "Lathe" })).Value;
        Assert.Equal("typeInUse", (await business.SaveType.Remove(owner, "machine", null, Cancel)).Refusal!.Code);
        await business.RemoveEntity.Run(owner, lathe.Id, null, Cancel);
        Assert.Equal("changedMeanwhile", (await business.SaveType.Remove(owner, "machine", 3, Cancel)).Refusal!.Code);
        Assert.True((await business.SaveType.Remove(owner, "machine", 1, Cancel)).Ok);
        Assert.Equal("notFound", (await business.SaveType.Remove(owner, "machine", null, Cancel)).Refusal!.Code);
        Assert.Equal("builtInType", (await business.SaveType.Remove(owner, "product", null, Cancel)).Refusal!.Code);
        var viewer = await business.Kit.NewPerson(owner.WorkspaceId, Role.Viewer);
        Assert.Equal(RefusalKind.Forbidden, (await business.SaveType.Run(viewer, Machine, null, Cancel)).Refusal!.Kind);
        Assert.Equal(RefusalKind.Forbidden, (await business.SaveType.Remove(viewer, "product", null, Cancel)).Refusal!.Kind);
    }

    [Fact]
    public async Task Everything_that_is_wrong_with_a_type_is_said_at_once()
    {
        await using var business = await KnownBusiness.Start(Engine.Sqlite);
        var bad = new EntityTypeDefinition("Two words", "", new string('p', 81), "No Icon", "", Json.Element(new[] { 1 }), [""], [new("a", 0)], new string('a', 501));
        Assert.Equal(
            ["/name", "/title", "/plural", "/icon", "/category", "/about", "/required", "/volatile", "/schema"],
            (await business.SaveType.Run(business.Owner, bad, null, Cancel)).Refusal!.Problems!.Select(p => p.Pointer));
        object[] schemas =
        [
            new { type = "no such type" },
            new Dictionary<string, string> { ["$ref"] = "https://elsewhere.example/schema.json" },
            new { properties = new { code = new { type = "string", pattern = "^(a+)+$" } } },
            new { properties = new { owner = new Dictionary<string, string> { ["x-entity"] = "Two words" } } },
            Enumerable.Range(0, 20).Aggregate((object)new { type = "string" }, (inner, _) => new { items = inner }),
            new { description = new string('x', 40_000) },
        ];
        foreach (var schema in schemas)
            Assert.StartsWith("/schema", (await business.SaveType.Run(business.Owner, Machine with { Schema = Json.Element(schema) }, null, Cancel)).Refusal!.Problems!.Single().Pointer, StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_volatile_fact_goes_stale_and_is_fresh_again_once_somebody_vouches_for_it(Engine engine)
    {
        var start = new DateTimeOffset(2026, 11, 1, 9, 0, 0, TimeSpan.Zero);
        var clock = new FakeTimeProvider(start);
        await using var business = await KnownBusiness.Start(engine, clock);
        await business.SaveType.Run(business.Owner, Machine, null, Cancel);
        var lathe = (await business.Say("machine", new { name = "Lathe", hours = 12 })).Value;
        var type = (await business.Types.Catalogue(business.Owner, Cancel)).Value.Of("machine");

        async Task<Freshness> Hours() => Freshness.Of((await business.History(lathe.Id, "hours"))[0], type, clock.GetUtcNow());
        Assert.Equal(new Freshness(FreshnessState.Fresh, null, start.AddDays(30)), await Hours());
        clock.Advance(TimeSpan.FromDays(30));
        Assert.Equal(new Freshness(FreshnessState.Stale, start.AddDays(30), null), await Hours());
        await business.Verify.Run(business.Owner, (await business.History(lathe.Id, "hours"))[0].Id, Cancel);
        Assert.Equal(new Freshness(FreshnessState.Fresh, null, start.AddDays(60)), await Hours());
        clock.Advance(TimeSpan.FromDays(20));
        await business.Verify.Run(business.Owner, (await business.History(lathe.Id, "hours"))[0].Id, Cancel);
        Assert.Equal(start.AddDays(80), (await Hours()).Until);
        Assert.Equal(new Freshness(FreshnessState.Fresh, null, null), Freshness.Of((await business.History(lathe.Id, "name"))[0], type, clock.GetUtcNow()));
    }
}
