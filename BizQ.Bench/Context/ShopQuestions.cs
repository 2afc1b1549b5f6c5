using System.Globalization;
using BizQ.Bench.Runs;
using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;

namespace BizQ.Bench.Context;

/// <summary>
/// What collections of plain texts cannot show: a shop made up from a seed, asked for things by name among notes that mention them,
/// for what is related to a person, and for the statement that holds of several that once did. Each sort of question says which
/// way of searching earns its place.
/// </summary>
internal static class ShopQuestions
{
    private const int Each = 100;

    private static readonly string[] Goods = ["tent", "stove", "lantern", "hammock", "rucksack", "mattress", "kettle", "rope", "compass", "jacket"];

    private sealed record Asked(string Sort, string Text, HashSet<Guid> Answers);

    public static async Task Run(Measuring measuring, BenchHost host, Engine engine, CancellationToken cancel)
    {
        var actor = await Workspaces.Make(host.Database, host.Get<Ids>(), TimeProvider.System, "Shop");
        var questions = await Open(host, actor, cancel);
        await host.Get<WorkspaceMeanings>().Ready(actor.WorkspaceId);
        var name = engine == Engine.Postgres ? "shop" : "shop.sqlite";
        foreach (var mode in Enum.GetValues<SearchMode>())
        {
            List<(string Sort, double Gain)> found = [];
            foreach (var question in questions)
            {
                var hits = (await host.Get<SearchContext>().Run(actor, new SearchQuery(question.Text, Limit: SearchGain.Depth) { Mode = mode }, cancel)).Value.Items;
                found.Add((question.Sort, SearchGain.Of([.. hits.Select(hit => question.Answers.Contains(hit.Id))], question.Answers.Count)));
            }
            var sorts = found.GroupBy(f => f.Sort).Select(sort => string.Create(CultureInfo.InvariantCulture, $"{sort.Key} {sort.Average(s => s.Gain):0.00}"));
            measuring.Figure($"{name}.{(mode == SearchMode.Hybrid ? "" : mode.ToString().ToLowerInvariant() + ".")}ndcg10", found.Average(f => f.Gain), "", string.Join(", ", sorts));
        }
    }

#pragma warning disable CA5394 // Made up, and the same each time.
    private static async Task<List<Asked>> Open(BenchHost host, Actor actor, CancellationToken cancel)
    {
        var (random, now) = (new Random(5), TimeProvider.System.GetUtcNow());
        List<WriteEntityRequest> rows = [];
        for (var i = 0; i < Each; i++)
        {
            var (good, number) = (Goods[random.Next(Goods.Length)], string.Create(CultureInfo.InvariantCulture, $"OG-{1000 + i}"));
            rows.Add(Said("customer", $"C{i}", new { name = $"{Name(random)} {Name(random)}", city = Name(random) }, now));
            rows.Add(Said("order", number, new { number, item = good, state = "packed" }, now));
            rows.Add(Said("note", $"N{i}", new { title = $"Call on {number}", text = $"Somebody asked where {number} is, {number} being a {good}; {number} again" }, now));
            // The same policy said three times over the years, as three rows of an old import.
            foreach (var age in new[] { 900, 200, 2 })
                rows.Add(Said("policy", $"P{i}-{age}", new { name = $"{Name(new Random(i))} returns", rule = $"{Name(new Random(i))} goods go back within {20 + random.Next(50)} days" }, now.AddDays(-age)));
        }
        var written = await host.Get<WriteEntities>().Run(actor, rows, cancel);
        if (written.Refusal is { } refusal)
            throw new CouldNotRunException(refusal.Message);
        var byKey = written.Value.ToDictionary(e => e.Key!);
        await using var db = host.Database.Open(actor.WorkspaceId);
        for (var i = 0; i < Each; i++)
            db.Add(Placed(actor, host.Get<Ids>().New(), byKey[$"OG-{1000 + i}"].Id, byKey[$"C{i}"].Id, now));
        await db.SaveChangesAsync(cancel);
        return
        [
            .. Enumerable.Range(0, Each).Select(i => new Asked("named", $"where is OG-{1000 + i}?", [byKey[$"OG-{1000 + i}"].Id])),
            .. Enumerable.Range(0, Each).Select(i => new Asked("related", $"what has {byKey[$"C{i}"].Name} ordered", [byKey[$"C{i}"].Id, byKey[$"OG-{1000 + i}"].Id])),
            .. Enumerable.Range(0, Each).Select(i => new Asked("holds", $"{Name(new Random(i))} returns", [byKey[$"P{i}-2"].Id])),
        ];
    }

    private static string Name(Random random) =>
        string.Concat(Enumerable.Range(0, 3).Select(_ => $"{"bdfgklmnprstvz"[random.Next(14)]}{"aeiou"[random.Next(5)]}")) is var name ? char.ToUpperInvariant(name[0]) + name[1..] : "";
#pragma warning restore CA5394

    private static WriteEntityRequest Said(string type, string key, object data, DateTimeOffset at) =>
        new(null, type, null, key, Json.Element(data), SourceKind.Api, "The shop", ObservedAt: at);

    private static Relation Placed(Actor actor, Guid id, Guid order, Guid customer, DateTimeOffset now) => new()
    {
        Id = id,
        WorkspaceId = actor.WorkspaceId,
        FromId = order,
        Kind = "placedBy",
        ToId = customer,
        Source = SourceKind.Api,
        SourceName = "The shop",
        ObservedAt = now,
        RecordedAt = now,
    };
}
