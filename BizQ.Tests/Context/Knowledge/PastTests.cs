using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.Extensions.Time.Testing;

namespace BizQ.Tests.Context.Knowledge;

/// <summary>What did we believe on a day, how did it become what it is, and back to how it was.</summary>
public sealed class PastTests
{
    private static readonly DateTimeOffset _start = new(2026, 11, 1, 9, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task What_was_believed_on_a_day_is_what_had_been_recorded_by_then(Engine engine)
    {
        var clock = new FakeTimeProvider(_start);
        await using var business = await KnownBusiness.Start(engine, clock);
        var tent = (await business.Say("product", new { sku = "T1", name = "Tent", price = 249 })).Value;
        clock.Advance(TimeSpan.FromDays(2));
        // Seen long before anything else, and learned of only now.
        await Say(business, new { sku = "T1", price = 199 }, observed: _start.AddDays(-20));
        clock.Advance(TimeSpan.FromDays(2));
        await business.Say("product", new { sku = "T1", name = "Ridge tent" }, tent.Id);

        Assert.Equal("notFound", (await business.Read.At(business.Owner, tent.Id, _start.AddSeconds(-1), Cancel)).Refusal!.Code);
        Assert.Equal((1, "Tent", """{"sku":"T1","name":"Tent","price":249}"""), await At(business, tent, _start.AddDays(1)));
        Assert.Equal((2, "Tent", """{"sku":"T1","name":"Tent","price":199}"""), await At(business, tent, _start.AddDays(3)));
        Assert.Equal((3, "Ridge tent", """{"sku":"T1","name":"Ridge tent"}"""), await At(business, tent, _start.AddDays(5)));
        var facts = (await business.Facts.Run(business.Owner, new FactFilter(tent.Id, "price", AsOf: _start.AddDays(1)), Cancel)).Value.Items;
        Assert.Equal("249", facts.Single().Value.GetRawText());
        Assert.Equal((_start.AddDays(-20), _start.AddDays(2)), ((await business.History(tent.Id, "price"))[1].ObservedAt, (await business.History(tent.Id, "price"))[1].RecordedAt));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task What_holds_only_from_a_day_or_until_one_is_believed_in_between(Engine engine)
    {
        var clock = new FakeTimeProvider(_start);
        await using var business = await KnownBusiness.Start(engine, clock);
        var tent = (await business.Say("product", new { sku = "T1", price = 249 })).Value;
        clock.Advance(TimeSpan.FromDays(1));
        await Say(business, new { sku = "T1", price = 199 }, from: _start.AddDays(10), to: _start.AddDays(20));

        Assert.Equal("""{"sku":"T1","price":249}""", (await At(business, tent, _start.AddDays(5))).Data);
        Assert.Equal("""{"sku":"T1","price":199}""", (await At(business, tent, _start.AddDays(10))).Data);
        // Everything that was said then was said for those days only, the number too.
        Assert.Equal("{}", (await At(business, tent, _start.AddDays(20))).Data);
        var fact = (await business.History(tent.Id, "price"))[0];
        Assert.Equal(
            [FreshnessState.NotYet, FreshnessState.Fresh, FreshnessState.Expired],
            new[] { 5, 15, 20 }.Select(day => Freshness.Of(fact, (TimeSpan?)null, _start.AddDays(day)).State));
        Assert.Equal("badEntity", (await Say(business, new { sku = "T1" }, from: _start, to: _start)).Refusal!.Code);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Lists_and_fields_answer_for_a_day_too_and_removed_entities_are_there_again(Engine engine)
    {
        var clock = new FakeTimeProvider(_start);
        await using var business = await KnownBusiness.Start(engine, clock);
        var one = (await business.Say("customer", new { email = "a@x.example", city = "Berlin" })).Value;
        await business.Say("customer", new { email = "b@x.example", city = "Rome" });
        clock.Advance(TimeSpan.FromDays(1));
        await business.Say("customer", new { email = "a@x.example", city = "Hamburg" });
        clock.Advance(TimeSpan.FromDays(1));
        await business.RemoveEntity.Run(business.Owner, one.Id, null, Cancel);
        clock.Advance(TimeSpan.FromDays(1));
        await business.RemoveEntity.Restore(business.Owner, one.Id, Cancel);

        Assert.Equal(["Rome", "Berlin"], await Cities(business, _start.AddHours(1)));
        Assert.Equal(["Rome", "Hamburg"], await Cities(business, _start.AddDays(1.5)));
        Assert.Equal(["Rome"], await Cities(business, _start.AddDays(2.5)));
        Assert.Equal(["Rome", "Hamburg"], await Cities(business, _start.AddDays(3.5)));
        Assert.Equal(["Berlin"], await Cities(business, _start.AddHours(1), new() { ["city"] = "berlin" }));
        Assert.Empty(await Cities(business, _start.AddDays(1.5), new() { ["city"] = "berlin" }));
        Assert.Equal("asOfWithWords", (await business.FindEntities.Run(business.Owner, new("customer", Text: "berlin") { AsOf = _start }, Cancel)).Refusal!.Code);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task The_history_says_who_changed_what_on_whose_word(Engine engine)
    {
        var clock = new FakeTimeProvider(_start);
        await using var business = await KnownBusiness.Start(engine, clock);
        var tent = (await business.Say("product", new { sku = "T1", name = "Tent", price = 249 })).Value;
        clock.Advance(TimeSpan.FromDays(2));
        // Said again, which changes nothing, beside something new.
        await business.Say("product", new { sku = "T1", name = "Tent", price = 199 }, source: "Price list");
        await business.Say("product", new { sku = "T1", name = "Tent" }, tent.Id, source: "Ana");
        await business.RemoveEntity.Run(business.Owner, tent.Id, null, Cancel);

        var history = (await business.Versions.Run(business.Owner, tent.Id, null, null, Cancel)).Value.Items;
        Assert.Equal([(4, EntityStep.Removed), (3, EntityStep.Changed), (2, EntityStep.Changed), (1, EntityStep.Added)], history.Select(v => (v.Version.Number, v.Version.Step)));
        Assert.Equal([null, "Ana", "Price list", "CRM"], history.Select(v => v.Version.SourceName));
        Assert.All(history, v => Assert.Equal((business.Owner.Name, business.Owner.Id), (v.Version.ByName, v.Version.ById)));
        Assert.Empty(history[0].Changes);
        Assert.Equal([("price", "199", "")], history[1].Changes.Select(Words));
        Assert.Equal([("price", "249", "199")], history[2].Changes.Select(Words));
        Assert.Equal(["name", "price", "sku"], history[3].Changes.Select(c => c.Field).Order());

        var first = (await business.Versions.Run(business.Owner, tent.Id, 2, null, Cancel)).Value;
        var rest = (await business.Versions.Run(business.Owner, tent.Id, 2, first.Next, Cancel)).Value;
        Assert.Equal([4, 3, 2, 1], first.Items.Concat(rest.Items).Select(v => v.Version.Number));
        Assert.Equal(("price", "249", "199"), Words(rest.Items[0].Changes.Single()));
        Assert.Null(rest.Next);
        Assert.Equal("badCursor", (await business.Versions.Run(business.Owner, tent.Id, 2, "x", Cancel)).Refusal!.Code);
        Assert.Equal("notFound", (await business.Versions.Run(await business.Kit.NewWorkspace("Another"), tent.Id, null, null, Cancel)).Refusal!.Code);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task An_earlier_version_is_brought_back_by_saying_it_anew(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var tent = (await business.Say("product", new { sku = "T1", name = "Tent", price = 249 })).Value;
        await business.Say("product", new { sku = "T1", name = "Ridge tent", colour = "red" }, tent.Id);
        Assert.Equal("changedMeanwhile", (await business.RestoreVersion.Run(business.Owner, tent.Id, 1, 1, Cancel)).Refusal!.Code);
        Assert.Equal("notFound", (await business.RestoreVersion.Run(business.Owner, tent.Id, 9, null, Cancel)).Refusal!.Code);
        Assert.Equal(RefusalKind.Forbidden, (await business.RestoreVersion.Run(await business.Kit.NewPerson(business.Owner.WorkspaceId, Role.Viewer), tent.Id, 1, null, Cancel)).Refusal!.Kind);

        var back = (await business.RestoreVersion.Run(business.Owner, tent.Id, 1, 2, Cancel)).Value;
        Assert.Equal((3, "Tent", "T1"), (back.Version, back.Name, back.Key));
        Assert.Equal("""{"sku":"T1","name":"Tent","price":249}""", Sorted(back));
        Assert.Equal(["249", "null", "249"], (await business.History(tent.Id, "price")).Select(f => f.Value.GetRawText()));
        var latest = (await business.Versions.Run(business.Owner, tent.Id, 1, null, Cancel)).Value.Items[0];
        Assert.Equal((3, 1), (latest.Version.Number, latest.Version.RestoredFrom));
        Assert.Equal(["colour", "name", "price"], latest.Changes.Select(c => c.Field).Order());
    }

    private static string Sorted(Entity entity) =>
        Json.Text(new[] { "sku", "name", "price", "colour" }.Where(f => entity.Data.TryGetProperty(f, out _)).ToDictionary(f => f, f => entity.Data.GetProperty(f)));

    private static (string, string, string) Words(FieldChange change) => (change.Field, change.Before?.GetRawText() ?? "", change.After?.GetRawText() ?? "");

    private static Task<Outcome<Entity>> Say(KnownBusiness business, object data, DateTimeOffset? observed = null, DateTimeOffset? from = null, DateTimeOffset? to = null) => business.Write.Run(
        business.Owner, new WriteEntityRequest(null, "product", null, null, Json.Element(data), SourceKind.Api, "Price list", ObservedAt: observed) { ValidFrom = from, ValidTo = to }, Cancel);

    private static async Task<(int Version, string Name, string Data)> At(KnownBusiness business, Entity entity, DateTimeOffset moment)
    {
        var past = (await business.Read.At(business.Owner, entity.Id, moment, Cancel)).Value;
        Assert.Equal(past.Entity.Data.EnumerateObject().Select(p => p.Name), past.Facts.Select(f => f.Field));
        return (past.Entity.Version, past.Entity.Name, Sorted(past.Entity));
    }

    private static async Task<IEnumerable<string?>> Cities(KnownBusiness business, DateTimeOffset moment, Dictionary<string, string>? where = null) =>
        (await business.FindEntities.Run(business.Owner, new("customer", where) { AsOf = moment }, Cancel)).Value.Items.Select(e => e.Data.GetProperty("city").GetString());
}
