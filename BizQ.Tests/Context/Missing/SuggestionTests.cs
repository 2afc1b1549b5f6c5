using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Context.Missing;

/// <summary>What to do next is what would have helped the most runs, then the most agents.</summary>
public sealed class SuggestionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task What_was_missed_most_often_comes_first_and_goes_when_it_is_done(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var owner = await host.NewWorkspace();
        await Agent(host, owner, "Desk", """[ { "type": "store", "fields": ["openingHours", "phone"] }, { "type": "policy", "fields": ["text"], "required": false } ]""");
        await Agent(host, owner, "Post", """[ { "type": "store", "fields": ["phone"], "verified": true } ]""");
        Assert.Equal([("Add phone of store", 0, 2), ("Add opening hours of store", 0, 1), ("Add text of policy", 0, 1)], await Next(host, owner));

        var note = host.Get<NoteGaps>();
        for (var run = 0; run < 3; run++)
            await note.Run(owner, [new Miss(GapKind.Need, "need:policy.text", "Policy: text is not known", "policy", "text", host.Get<Ids>().New(), host.Get<Ids>().New(), "Desk")], Cancel);
        await note.Nothing(owner.WorkspaceId, GapKind.Search, "Do you ship bicycles to Norway?", host.Get<Ids>().New(), host.Get<Ids>().New(), "Desk", Cancel);
        var ranked = (await host.Get<SuggestNext>().Run(owner, Cancel)).Value;
        Assert.Equal([("Add text of policy", 3), ("Do you ship bicycles to Norway?", 1)], ranked.Take(2).Select(s => (s.Title, s.Runs)));
        // Where an interview asks for it, it says where.
        Assert.Equal(("policies", 0), (ranked[0].Interview, ranked[0].Section));
        Assert.Null(ranked[1].Interview);

        // Known for long, it has to be confirmed; said anew, verified for one of them; contradicted, settled.
        var store = (await Say(host, owner, null, new { name = "Shop", openingHours = "9-17", phone = "0800 1" }, SourceKind.Api, "Shop system", host.Clock.GetUtcNow().AddDays(-400))).Value;
        Assert.Contains(("Confirm phone of store", 0, 2), await Next(host, owner));
        await Say(host, owner, store.Id, new { openingHours = "9-18", phone = "0800 2" }, SourceKind.Api, "Shop system");
        Assert.Contains(("Verify phone of store", 0, 1), await Next(host, owner));
        Assert.DoesNotContain(await Next(host, owner), s => s.Title.Contains("opening hours", StringComparison.Ordinal));
        await Say(host, owner, store.Id, new { openingHours = "10-20" }, SourceKind.Mail, "ann@example.org");
        Assert.Contains(("Settle opening hours of store", 0, 1), await Next(host, owner));
        await Say(host, owner, store.Id, new { openingHours = "10-20" }, SourceKind.Person, "Ann");
        Assert.DoesNotContain(await Next(host, owner), s => s.Title.Contains("opening hours", StringComparison.Ordinal));
    }

    private static async Task<List<(string Title, int Runs, int Agents)>> Next(TestHost host, Actor owner) =>
        [.. (await host.Get<SuggestNext>().Run(owner, Cancel)).Value.Select(s => (s.Title, s.Runs, s.Agents.Count))];

    private static Task<Outcome<Entity>> Say(TestHost host, Actor owner, Guid? id, object data, SourceKind source, string name, DateTimeOffset? observed = null) =>
        host.Get<WriteEntity>().Run(owner, new WriteEntityRequest(id, "store", null, null, Json.Element(data), source, name, ObservedAt: observed) { Partial = true }, Cancel);

    private static async Task Agent(TestHost host, Actor owner, string name, string needs)
    {
        var definition = $$"""
            {
              "format": 1, "name": "{{name}}", "purpose": "Tells what is known.", "needs": {{needs}}, "permissions": { "context": ["*"] },
              "nodes": [ { "id": "start", "kind": "trigger" }, { "id": "end", "kind": "output", "settings": { "value": "open" } } ],
              "edges": [ { "from": "start", "to": "end" } ]
            }
            """;
        var saved = await host.Get<SaveAgent>().Run(owner, new SaveAgentRequest(null, JsonElement.Parse(definition), null), Cancel);
        Assert.True(saved.Ok, saved.Refusal?.Message);
    }
}
