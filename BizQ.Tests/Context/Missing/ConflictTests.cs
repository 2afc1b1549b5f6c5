using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.Extensions.Time.Testing;

namespace BizQ.Tests.Context.Missing;

/// <summary>Two sources that cannot both be right wait for a person; what they decide is known, with its source.</summary>
public sealed class ConflictTests
{
    private static readonly DateTimeOffset _start = new(2026, 11, 1, 9, 0, 0, TimeSpan.Zero);

    private static readonly NeedDefinition _hours = new("store", ["openingHours"]);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task A_document_that_says_otherwise_is_a_claim_and_the_agent_that_needs_it_is_told(Engine engine)
    {
        await using var desk = await Desk.Open(engine);
        await desk.Tells(desk.Handbook, "9-17");
        Assert.Equal(NeedState.Met, await desk.State(_hours));
        await desk.Tells(desk.Leaflet, "10-20");
        // Told again, in other signs, it is the same conflict; and what is known in other signs is none.
        await desk.Tells(desk.Leaflet, "10 – 20");
        await desk.Tells(desk.Leaflet, "9 – 17");

        var (conflict, entity, believed) = (await desk.Conflicts()).Single();
        Assert.Equal(("openingHours", "10-20", "Leaflet", ConflictState.Open), (conflict.Field, conflict.Claim.GetString(), conflict.SourceName, conflict.State));
        Assert.Equal(("9-17", "Handbook"), (believed!.Value.GetString(), believed.SourceName));
        Assert.Equal("9-17", entity.Data.GetProperty("openingHours").GetString());
        Assert.Equal(NeedState.Disputed, await desk.State(_hours));
        Assert.Equal([new Doubt("openingHours", NeedState.Disputed)], await desk.Doubts());
        // Hours stay true for 180 days.
        desk.Clock.Advance(TimeSpan.FromDays(181));
        Assert.Equal([new Doubt("openingHours", NeedState.Disputed), new Doubt("openingHours", NeedState.Stale)], await desk.Doubts());
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Each_way_to_settle_it_leaves_what_was_decided_and_no_conflict(Engine engine)
    {
        await using var desk = await Desk.Open(engine);
        foreach (var (choice, hours, source, state) in new[]
        {
            (ConflictChoice.Keep, "9-17", "Handbook", ConflictState.Kept), (ConflictChoice.Replace, "10-20", "Leaflet", ConflictState.Replaced),
            (ConflictChoice.Date, "10-20", "Leaflet", ConflictState.Dated), (ConflictChoice.Merge, "8-18", "Test Owner", ConflictState.Merged),
        })
        {
            var store = await desk.NewStore();
            await desk.Tells(desk.Handbook, "9-17", store);
            await desk.Tells(desk.Leaflet, "10-20", store);
            var open = (await desk.Conflicts(store)).Single();
            var settled = await desk.Settle(open, new ResolveConflictRequest(choice, _start.AddDays(-3), Json.Element("8-18"), "As I know it"));

            Assert.Equal((state, "Test Owner", "As I know it"), (settled.Value.Conflict.State, settled.Value.Conflict.ResolverName, settled.Value.Conflict.Reason));
            var fact = (await desk.Business.History(store, "openingHours"))[0];
            Assert.Equal((hours, source), (fact.Value.GetString(), fact.SourceName));
            Assert.NotNull(fact.VerifiedAt);
            Assert.Empty(await desk.Conflicts(store));
            Assert.Equal("alreadyResolved", (await desk.Settle(open, new ResolveConflictRequest(ConflictChoice.Keep))).Refusal!.Code);
        }
        await desk.Tells(desk.Handbook, "9-17");
        Assert.Equal(NeedState.Met, await desk.State(_hours));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task What_was_decided_is_not_asked_again_and_a_person_s_word_settles_it_too(Engine engine)
    {
        await using var desk = await Desk.Open(engine);
        var store = await desk.NewStore();
        await desk.Tells(desk.Handbook, "9-17", store);
        await desk.Tells(desk.Leaflet, "10-20", store);
        await desk.Settle((await desk.Conflicts(store)).Single(), new ResolveConflictRequest(ConflictChoice.Keep));
        await desk.Tells(desk.Leaflet, "10-20", store);
        Assert.Empty(await desk.Conflicts(store));

        await desk.Tells(desk.Leaflet, "11-12", store);
        Assert.Single(await desk.Conflicts(store));
        await desk.Business.Write.Run(desk.Owner, new WriteEntityRequest(store, "store", null, null, Json.Element(new { openingHours = "7-19" }), SourceKind.Person, "Test Owner") { Partial = true }, Cancel);
        Assert.Empty(await desk.Conflicts(store));
        Assert.Contains(ConflictState.Overtaken, (await desk.List.Run(desk.Owner, new ConflictFilter(store, Closed: true), Cancel)).Value.Items.Select(c => c.Conflict.State));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_new_version_of_the_document_speaks_for_the_old_one(Engine engine)
    {
        await using var desk = await Desk.Open(engine);
        var store = await desk.NewStore();
        await desk.Tells(desk.Handbook, "9-17", store);
        var newer = (await desk.Business.Upload("handbook2.md", Files.Text("# Hours\n\nWe open from 10 to 20."), replaces: desk.Handbook.Id)).Value;
        await desk.Tells(newer, "10-20", store);
        Assert.Empty(await desk.Conflicts(store));
        Assert.Equal("10-20", (await desk.Business.History(store, "openingHours"))[0].Value.GetString());
    }

    [Fact]
    public async Task Of_two_who_settle_it_at_once_one_is_told_and_what_is_asked_for_must_be_there()
    {
        await using var desk = await Desk.Open(Engine.Sqlite);
        var store = await desk.NewStore();
        await desk.Tells(desk.Handbook, "9-17", store);
        await desk.Tells(desk.Leaflet, "10-20", store);
        var open = (await desk.Conflicts(store)).Single();
        Assert.Equal("noDate", (await desk.Settle(open, new ResolveConflictRequest(ConflictChoice.Date))).Refusal!.Code);
        Assert.Equal("noValue", (await desk.Settle(open, new ResolveConflictRequest(ConflictChoice.Merge))).Refusal!.Code);
        var viewer = await desk.Business.Kit.NewPerson(desk.Owner.WorkspaceId, Role.Viewer);
        Assert.Equal("forbidden", (await desk.Resolve.Run(viewer, open.Conflict.Id, new ResolveConflictRequest(ConflictChoice.Keep), Cancel)).Refusal!.Code);

        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(n => desk.Settle(open, new ResolveConflictRequest(n == 0 ? ConflictChoice.Keep : ConflictChoice.Replace))));
        Assert.Equal(["alreadyResolved"], both.Select(b => b.Refusal?.Code).OfType<string>());
    }

    [Fact]
    public async Task A_claim_of_a_document_is_seen_by_its_readers_only()
    {
        await using var desk = await Desk.Open(Engine.Sqlite);
        var store = await desk.NewStore();
        await desk.Tells(desk.Handbook, "9-17", store);
        var closed = (await desk.Business.Upload("board.md", Files.Text("# Board\n\nFrom May we open 10 to 20."), access: new AccessGiven(DocumentAccess.Named, [Role.Approver]))).Value;
        await desk.Tells(closed, "10-20", store);
        var (viewer, approver) = (await desk.Business.Kit.NewPerson(desk.Owner.WorkspaceId, Role.Viewer), await desk.Business.Kit.NewPerson(desk.Owner.WorkspaceId, Role.Approver));
        Assert.Empty((await desk.List.Run(viewer, new ConflictFilter(store), Cancel)).Value.Items);
        Assert.Single((await desk.List.Run(approver, new ConflictFilter(store), Cancel)).Value.Items);
        Assert.Equal("notFound", (await desk.List.Read(viewer, (await desk.Conflicts(store)).Single().Conflict.Id, Cancel)).Refusal!.Code);
        Assert.Equal(0, (await desk.List.Count(viewer, Cancel)).Value);
    }

    /// <summary>A business with two documents, and a store that they speak of.</summary>
    private sealed class Desk : IAsyncDisposable
    {
        private int _stores;

        public required KnownBusiness Business { get; init; }

        public required FakeTimeProvider Clock { get; init; }

        public Document Handbook { get; private set; } = default!;

        public Document Leaflet { get; private set; } = default!;

        public Guid Store { get; private set; }

        public Actor Owner => Business.Owner;

        public ListConflicts List => new(Business.Kit.Database);

        public ResolveConflict Resolve => new(Business.Kit.Database, List, Business.Kit.Ids, Business.Kit.Clock);

        public static async Task<Desk> Open(Engine engine)
        {
            var clock = new FakeTimeProvider(_start);
            var desk = new Desk { Business = await KnownBusiness.Start(engine, clock), Clock = clock };
            desk.Handbook = (await desk.Business.Upload("Handbook.md", "# Handbook\n\nWe open from 9 to 17.")).Value;
            desk.Leaflet = (await desk.Business.Upload("Leaflet.md", "# Leaflet\n\nCome by from 10 to 20.")).Value;
            desk.Store = await desk.NewStore();
            return desk;
        }

        public async Task<Guid> NewStore() => (await Business.Say("store", new { name = $"Store {++_stores}", address = "Here" })).Value.Id;

        public async Task Tells(Document document, string hours, Guid? store = null) => Assert.True((await Business.Write.Run(Owner, new WriteEntityRequest(
            store ?? Store, "store", null, null, Json.Element(new { openingHours = hours }), SourceKind.Document, document.Title)
        { Partial = true, Place = new SourcePlace(document.Id) }, Cancel)).Ok);

        public async Task<IReadOnlyList<ConflictDetail>> Conflicts(Guid? store = null) => (await List.Run(Owner, new ConflictFilter(store ?? Store), Cancel)).Value.Items;

        public Task<Outcome<ConflictDetail>> Settle(ConflictDetail conflict, ResolveConflictRequest request) => Resolve.Run(Owner, conflict.Conflict.Id, request, Cancel);

        public async Task<IReadOnlyList<Doubt>> Doubts() => (await new FindDoubts(Business.Kit.Database, Clock).Run(Owner, [Store], Cancel)).Value[Store];

        public async Task<NeedState> State(NeedDefinition need)
        {
            using var check = new CheckNeeds(Business.Kit.Database, Business.Kit.Changes, Business.Kit.Clock);
            var agent = new Actor(Owner.WorkspaceId, ActorKind.Agent, Business.Kit.Ids.New(), "Agent", new HashSet<Permission> { Permission.View }) { Reads = ["*"] };
            return (await check.Before(agent, Business.Kit.Ids.New(), [need], Cancel)).Needs.Single().State;
        }

        public ValueTask DisposeAsync() => Business.DisposeAsync();
    }
}
