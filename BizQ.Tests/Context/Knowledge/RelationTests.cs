using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace BizQ.Tests.Context.Knowledge;

/// <summary>How entities stand to each other: said as such, or read from their data and kept in step with it.</summary>
public sealed class RelationTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task A_reference_in_the_data_is_a_relation_and_follows_it(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var ana = (await business.Say("customer", new { name = "Ana", email = "ana@x.example" })).Value;
        var bo = (await business.Say("customer", new { name = "Bo", email = "bo@x.example" })).Value;
        var tent = (await business.Say("product", new { sku = "T1", name = "Tent" })).Value;
        var order = (await business.Say("order", new { number = "O-1", customer = "ANA@x.example", items = new[] { new { sku = "T1" }, new { sku = "T9" } } }, source: "Shop")).Value;

        var related = await Related(business, order.Id);
        Assert.Equal([("contains", tent.Id, "items"), ("placedBy", ana.Id, "customer")], related.Select(r => (r.Relation.Kind, r.OtherId, r.Relation.Field!)).Order());
        Assert.All(related, r => Assert.Equal((true, "Shop", SourceKind.Api), (r.Outgoing, r.Relation.SourceName, r.Relation.Source)));
        Assert.Equal((false, order.Id, "order", "O-1"), (await Related(business, ana.Id)).Select(r => (r.Outgoing, r.OtherId, r.OtherType, r.OtherName)).Single());
        Assert.Equal("fromData", (await business.Relate.End(business.Owner, related[0].Relation.Id, Cancel)).Refusal!.Code);

        await business.Say("order", new { number = "O-1", customer = "bo@x.example" });
        Assert.Equal([bo.Id, tent.Id], (await Related(business, order.Id)).Select(r => r.OtherId).Order());
        Assert.Empty(await Related(business, ana.Id));
        var ended = (await business.Relations.Run(business.Owner, new RelationFilter(ana.Id, EndedToo: true), Cancel)).Value.Items.Single().Relation;
        Assert.Equal(business.Owner.Name, ended.EndedByName);
        // Said again it stays the relation it is.
        var ids = (await Related(business, order.Id)).Select(r => r.Relation.Id);
        await business.Say("order", new { number = "O-1", customer = "bo@x.example", status = "late" });
        Assert.Equal(ids, (await Related(business, order.Id)).Select(r => r.Relation.Id));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_reference_to_what_nobody_has_told_of_yet_waits_for_it(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var order = (await business.Say("order", new { number = "O-1", customerEmail = "Ana@x.example" })).Value;
        Assert.Empty(await Related(business, order.Id));
        // Its own key is another: it is found by its mail address.
        var ana = (await business.Say("customer", new { customerNumber = "C-1", email = "ana@x.example" })).Value;
        Assert.Equal(("placedBy", ana.Id, "customerEmail"), (await Related(business, order.Id)).Select(r => (r.Relation.Kind, r.OtherId, r.Relation.Field!)).Single());
        await using var db = business.Kit.Database.Open(business.Owner.WorkspaceId);
        Assert.Empty(await db.OpenReferences.ToListAsync(Cancel));
        await business.Say("order", new { number = "O-1", status = "late" }, order.Id);
        Assert.Empty(await Related(business, order.Id));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_batch_refers_to_itself_and_those_who_write_both_ends_at_once_do_not_miss_each_other(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var write = new WriteEntities(business.Kit.Database, business.Kit.Ids, business.Kit.Clock);
        var written = (await write.Run(business.Owner, [.. Enumerable.Range(0, 150).SelectMany(n => new[] { Request("order", new { number = $"O-{n}", customer = $"c{n % 10}@x.example" }), Request("customer", new { email = $"c{n % 10}@x.example" }) })], Cancel)).Value;
        Assert.Equal(15, (await Related(business, written[1].Id)).Count);

        await Task.WhenAll(Enumerable.Range(0, 16).Select(n => Task.Run(() => n % 2 == 0
            ? business.Say("order", new { number = $"P-{n / 2}", customer = $"p{n / 2}@x.example" })
            : business.Say("customer", new { email = $"p{n / 2}@x.example" }), Cancel)));
        await using var db = business.Kit.Database.Open(business.Owner.WorkspaceId);
        Assert.Empty(await db.OpenReferences.ToListAsync(Cancel));
        Assert.Equal(150 + 8, await db.Relations.CountAsync(Cancel));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_relation_is_said_once_ends_and_stays_in_the_past(Engine engine)
    {
        var start = new DateTimeOffset(2026, 11, 1, 9, 0, 0, TimeSpan.Zero);
        var clock = new FakeTimeProvider(start);
        await using var business = await KnownBusiness.Start(engine, clock);
        var (one, two) = ((await business.Say("team", new { name = "Desk" })).Value, (await business.Say("tool", new { name = "CRM" })).Value);
        var made = (await business.Relate.Run(business.Owner, Relate(one, "uses", two), Cancel)).Value;
        Assert.Equal(made.Id, (await business.Relate.Run(business.Owner, Relate(one, "uses", two), Cancel)).Value.Id);
        clock.Advance(TimeSpan.FromDays(2));
        var anew = (await business.Relate.Run(business.Owner, Relate(one, "uses", two) with { ValidTo = start.AddDays(9) }, Cancel)).Value;
        Assert.NotEqual(made.Id, anew.Id);
        clock.Advance(TimeSpan.FromDays(2));
        Assert.NotNull((await business.Relate.End(business.Owner, anew.Id, Cancel)).Value.EndedAt);
        Assert.True((await business.Relate.End(business.Owner, anew.Id, Cancel)).Ok);

        Assert.Empty(await Related(business, one.Id));
        Assert.Equal([made.Id], (await Related(business, one.Id, start.AddDays(1))).Select(r => r.Relation.Id));
        Assert.Equal([anew.Id], (await Related(business, one.Id, start.AddDays(3))).Select(r => r.Relation.Id));
        var all = (await business.Relations.Run(business.Owner, new RelationFilter(one.Id, EndedToo: true, Limit: 1), Cancel)).Value;
        Assert.Equal(anew.Id, all.Items.Single().Relation.Id);
        var rest = (await business.Relations.Run(business.Owner, new RelationFilter(one.Id, EndedToo: true, Limit: 1, Cursor: all.Next), Cancel)).Value;
        Assert.Equal((made.Id, (Guid?)anew.Id, (string?)null), (rest.Items.Single().Relation.Id, rest.Items.Single().Relation.SupersededBy, rest.Next));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Only_those_who_may_relate_what_is_there(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var (one, two) = ((await business.Say("team", new { name = "Desk" })).Value, (await business.Say("tool", new { name = "CRM" })).Value);
        var viewer = await business.Kit.NewPerson(business.Owner.WorkspaceId, Role.Viewer);
        var stranger = await business.Kit.NewWorkspace("Another");
        Assert.Equal(RefusalKind.Forbidden, (await business.Relate.Run(viewer, Relate(one, "uses", two), Cancel)).Refusal!.Kind);
        Assert.Equal(Refusal.NotFound("entity"), (await business.Relate.Run(stranger, Relate(one, "uses", two), Cancel)).Refusal);
        var bad = Relate(one, "Uses it", one) with { SourceName = "", Confidence = 2, ValidFrom = DateTimeOffset.MaxValue, ValidTo = DateTimeOffset.MinValue };
        Assert.Equal(["/kind", "/to", "/source", "/validTo", "/confidence"], (await business.Relate.Run(business.Owner, bad, Cancel)).Refusal!.Problems!.Select(p => p.Pointer));

        var made = (await business.Relate.Run(business.Owner, Relate(one, "uses", two), Cancel)).Value;
        Assert.Equal(Refusal.NotFound("relation"), (await business.Relate.End(stranger, made.Id, Cancel)).Refusal);
        Assert.Equal(Refusal.NotFound("entity"), (await business.Around.Run(stranger, one.Id, 1, null, Cancel)).Refusal);
        Assert.Equal(Refusal.NotFound("entity"), (await business.Path.Run(stranger, one.Id, two.Id, null, Cancel)).Refusal);
        Assert.Equal(Refusal.NotFound("entity"), (await business.Relations.Run(stranger, new RelationFilter(one.Id), Cancel)).Refusal);
        await business.RemoveEntity.Run(business.Owner, two.Id, null, Cancel);
        Assert.Empty(await Related(business, one.Id));
        Assert.Single((await business.Around.Run(business.Owner, one.Id, 3, null, Cancel)).Value.Nodes);
        await business.RemoveEntity.Restore(business.Owner, two.Id, Cancel);
        Assert.Single(await Related(business, one.Id));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task The_neighbourhood_is_as_wide_as_asked_and_the_shortest_way_is_found(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        List<Entity> chain = [];
        foreach (var n in Enumerable.Range(0, 8))
            chain.Add((await business.Say("place", new { key = $"p{n}" })).Value);
        // Some point back: the way goes over them all the same.
        for (var n = 1; n < chain.Count; n++)
            await business.Relate.Run(business.Owner, n % 2 == 0 ? Relate(chain[n - 1], "leadsTo", chain[n]) : Relate(chain[n], "comesFrom", chain[n - 1]), Cancel);

        foreach (var depth in new[] { 1, 2, 3 })
        {
            var around = (await business.Around.Run(business.Owner, chain[0].Id, depth, null, Cancel)).Value;
            Assert.Equal(chain.Take(depth + 1).Select((e, i) => (e.Id, i)), around.Nodes.Select(n => (n.Id, n.Depth)));
            Assert.Equal((depth, false), (around.Edges.Count, around.Cut));
        }
        Assert.Equal("badDepth", (await business.Around.Run(business.Owner, chain[0].Id, 4, null, Cancel)).Refusal!.Code);

        var path = (await business.Path.Run(business.Owner, chain[0].Id, chain[6].Id, null, Cancel)).Value;
        Assert.Equal(chain.Take(7).Select(e => e.Id), path.Nodes.Select(n => n.Id));
        Assert.Equal(6, path.Edges.Count);
        Assert.All(path.Edges.Select((edge, i) => (edge, i)), e => Assert.Equal([chain[e.i].Id, chain[e.i + 1].Id], new[] { e.edge.FromId, e.edge.ToId }.Order()));
        Assert.Empty((await business.Path.Run(business.Owner, chain[0].Id, chain[7].Id, null, Cancel)).Value.Nodes);
        await business.Relate.Run(business.Owner, Relate(chain[0], "leadsTo", chain[5]), Cancel);
        Assert.Equal([chain[0].Id, chain[5].Id, chain[6].Id], (await business.Path.Run(business.Owner, chain[0].Id, chain[6].Id, null, Cancel)).Value.Nodes.Select(n => n.Id));
        Assert.Equal(chain[0].Id, (await business.Path.Run(business.Owner, chain[0].Id, chain[0].Id, null, Cancel)).Value.Nodes.Single().Id);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_large_neighbourhood_is_cut_and_says_so(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var write = new WriteEntities(business.Kit.Database, business.Kit.Ids, business.Kit.Clock);
        await write.Run(business.Owner, [.. Enumerable.Range(0, 250).Select(n => Request("order", new { number = $"O-{n}", customer = "ana@x.example" })), Request("customer", new { email = "ana@x.example" })], Cancel);
        var ana = (await business.FindEntities.Run(business.Owner, new("customer"), Cancel)).Value.Items.Single();
        var around = (await business.Around.Run(business.Owner, ana.Id, 2, null, Cancel)).Value;
        Assert.Equal((ReadNeighbourhood.MostNodes, true), (around.Nodes.Count, around.Cut));
    }

    private static WriteEntityRequest Request(string type, object data) => new(null, type, null, null, Json.Element(data), SourceKind.Api, "Import");

    private static WriteRelationRequest Relate(Entity from, string kind, Entity to) => new(from.Id, kind, to.Id, SourceKind.Person, "Ana");

    private static async Task<IReadOnlyList<RelatedEntity>> Related(KnownBusiness business, Guid entity, DateTimeOffset? asOf = null) =>
        (await business.Relations.Run(business.Owner, new RelationFilter(entity, AsOf: asOf), Cancel)).Value.Items;
}
