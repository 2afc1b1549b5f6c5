using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using BizQ.Tests.Agents;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Context;

/// <summary>Every way to a document asks whether it is for the one who asks; what is not, is not there.</summary>
public sealed class AccessTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static AccessGiven Nobody => new(DocumentAccess.Named);

    [Theory, ClassData(typeof(Engines))]
    public async Task A_document_for_some_is_not_there_for_the_others(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var open = (await business.Upload("open.md", "Salaries are paid monthly.")).Value;
        var closed = (await business.Upload("pay.md", Files.Text("# Pay\n\nSalaries: Ada earns 5000."), access: new AccessGiven(DocumentAccess.Named, [Role.Approver]), tags: "pay")).Value;
        var (viewer, approver) = (await business.Kit.NewPerson(business.Owner.WorkspaceId, Role.Viewer), await business.Kit.NewPerson(business.Owner.WorkspaceId, Role.Approver));
        var key = new Actor(business.Owner.WorkspaceId, ActorKind.ApiKey, business.Kit.Ids.New(), "Key", Actor.Of(Role.Admin));
        foreach (var reader in (Actor[])[business.Owner, approver])
        {
            Assert.Equal(2, (await business.Search("salaries", actor: reader)).Count);
            Assert.True((await business.ReadDocument.Run(reader, closed.Id, false, Cancel)).Ok);
        }
        foreach (var stranger in (Actor[])[viewer, key])
        {
            Assert.Equal([open.Id], (await business.Search("salaries", actor: stranger)).Select(hit => hit.OwnerId));
            Assert.Empty(await business.Search("Ada earns", actor: stranger));
            Assert.Equal([open.Id], (await business.Documents.Run(stranger, new DocumentFilter(), Cancel)).Value.Items.Select(d => d.Id));
            Assert.Empty(await business.Documents.AllTags(stranger, Cancel));
            Assert.Empty(await business.Documents.TagsOf(stranger, [closed.Id], Cancel));
            Assert.Equal(Refusal.NotFound("document"), (await business.ReadDocument.Run(stranger, closed.Id, true, Cancel)).Refusal);
            Assert.Equal(Refusal.NotFound("document"), (await business.ReadDocument.Raw(stranger, closed.Id, Cancel)).Refusal);
            Assert.Empty(await business.ReadDocument.Contents(stranger, closed.Id, Cancel));
            Assert.Empty(await business.ReadDocument.Versions(stranger, closed, Cancel));
            Assert.Null(await business.ReadDocument.Place(stranger, closed.Id, null, 0, Cancel));
            Assert.Null(await business.ReadDocument.SameName(stranger, closed, Cancel));
            Assert.Null(await business.Change.Read(stranger, closed.Id, Cancel));
            Assert.DoesNotContain((await new FindAnything(business.Kit.Database).Run(stranger, "pay", Cancel)).Value, found => found.Kind == "Document");
        }
        // A key that may edit can neither open it to itself nor take its place.
        Assert.Equal(Refusal.NotFound("document"), (await business.Change.Run(key, closed.Id, null, new AccessGiven(DocumentAccess.Everyone), null, Cancel)).Refusal);
        Assert.Equal(Refusal.NotFound("document"), (await business.Upload("x.md", Files.Text("other"), key, replaces: closed.Id)).Refusal);
        Assert.Equal(Refusal.NotFound("document"), (await business.Replace.Run(key, open.Id, closed.Id, Cancel)).Refusal);
        Assert.Equal(Refusal.NotFound("document"), (await business.RemoveDocument.Run(key, closed.Id, Cancel)).Refusal);
        Assert.Equal(Refusal.NotFound("document"), (await new RetitleDocument(business.Kit.Database).Run(key, closed.Id, "x", null, Cancel)).Refusal);
        var same = await business.Accept("pay.md", Files.Text("# Pay\n\nSalaries: Ada earns 5000."), key);
        Assert.Equal("hereAlready", same.Refusal?.Code);
        Assert.DoesNotContain("pay", same.Refusal!.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Pages_of_search_are_full_and_their_cursors_tell_nothing_of_what_is_withheld(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        for (var n = 0; n < 12; n++)
            await business.Upload($"{n}.md", Files.Text($"Tents are number {n}."), access: n % 2 == 0 ? Nobody : null);
        var viewer = await business.Kit.NewPerson(business.Owner.WorkspaceId, Role.Viewer);
        List<string> seen = [];
        List<int> sizes = [];
        string? cursor = null;
        do
        {
            var page = (await business.Find.Run(viewer, new SearchQuery("tents number", Limit: 3, Cursor: cursor), Cancel)).Value;
            (cursor, seen) = (page.Next, [.. seen, .. page.Items.Select(hit => hit.Title)]);
            sizes.Add(page.Items.Count);
        }
        while (cursor is not null);
        Assert.Equal([3, 3], sizes);
        Assert.Equal(["1", "11", "3", "5", "7", "9"], seen.Order(StringComparer.Ordinal));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task What_is_withheld_is_not_found_by_its_meaning_either(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var write = new WriteEntities(business.Kit.Database, business.Kit.Ids, business.Kit.Clock);
        string[] words = ["refund", "payment", "invoice", "card", "bank", "amount", "charge", "credit"];
        var random = new Random(7);
        var notes = Enumerable.Range(0, 300).Select(i => new WriteEntityRequest(null, "note", $"Note {i}", $"K{i}", Json.Element(new { text = string.Join(' ', Enumerable.Range(0, 5).Select(_ => words[random.Next(words.Length)])) }), SourceKind.Api, "CRM")).ToList();
        Assert.Null((await write.Run(business.Owner, notes, Cancel)).Refusal);
        var closed = (await business.Upload("secret.md", Files.Text("bank credit invoice payment"), access: Nobody)).Value;
        await business.Meanings.Ready(business.Owner.WorkspaceId);
        var viewer = await business.Kit.NewPerson(business.Owner.WorkspaceId, Role.Viewer);
        foreach (var mode in (SearchMode[])[SearchMode.Meaning, SearchMode.Hybrid])
        {
            var query = new SearchQuery("refund payment", ["document"], 100) { Mode = mode };
            Assert.Contains(closed.Id, (await business.Find.Run(business.Owner, query, Cancel)).Value.Items.Select(hit => hit.OwnerId));
            Assert.Empty((await business.Find.Run(viewer, query, Cancel)).Value.Items);
        }
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task An_agent_reads_the_documents_it_is_allowed_by_tag_or_format_and_no_other(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        await business.Upload("public.md", Files.Text("Tents are public."), tags: "Returns");
        await business.Upload("price.csv", Files.Text("Tents,Price\nRidge,249\n"));
        await business.Upload("pay.md", Files.Text("Tents are secret."), access: Nobody, tags: "returns");
        var named = (await business.Upload("agents.md", Files.Text("Tents are for one agent."), access: Nobody)).Value;
        var agent = business.Kit.Ids.New();
        await using (var db = business.Kit.Database.Open(business.Owner.WorkspaceId))
        {
            db.DocumentReaders.Add(new DocumentReader { WorkspaceId = business.Owner.WorkspaceId, DocumentId = named.Id, Reader = $"agent:{agent}" });
            await db.SaveChangesAsync(Cancel);
        }
        Assert.Equal(["agents", "price", "public"], await Found("*"));
        Assert.Equal(["agents", "price", "public"], await Found("document"));
        Assert.Equal(["public"], await Found("document#returns"));
        Assert.Equal(["price"], await Found("order", "document:csv"));
        Assert.Equal(["price", "public"], await Found("document:csv", "document#Returns"));
        Assert.Empty(await Found("document:nonsense", "document#nobody", "order"));
        Assert.Empty(await Found());

        async Task<List<string>> Found(params string[] reads)
        {
            var actor = new Actor(business.Owner.WorkspaceId, ActorKind.Agent, agent, "Agent", new HashSet<Permission> { Permission.View }) { Reads = reads };
            return [.. (await business.Search("tents", actor: actor)).Select(hit => hit.Title).Order(StringComparer.Ordinal)];
        }
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task What_is_known_from_a_document_is_for_its_readers_only(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var closed = (await business.Upload("pay.md", Files.Text("Ada earns 5000."), access: Nobody)).Value;
        var entity = (await business.Say("person", new { name = "Ada", pay = 5000 })).Value;
        await using (var db = business.Kit.Database.Open(business.Owner.WorkspaceId))
        {
            await db.Facts.Where(f => f.Field == "pay").ExecuteUpdateAsync(set => set.SetProperty(f => f.Source, SourceKind.Document).SetProperty(f => f.SourceId, closed.Id), Cancel);
        }
        var viewer = await business.Kit.NewPerson(business.Owner.WorkspaceId, Role.Viewer);
        var find = new FindEntities(business.Kit.Database, business.Find);
        Assert.Equal(2, (await business.Search("5000")).Count);
        Assert.Empty(await business.Search("5000", actor: viewer));
        Assert.Equal(["name"], (await business.Facts.Run(viewer, new FactFilter(entity.Id), Cancel)).Value.Items.Select(f => f.Field));
        var read = (await business.Read.Run(viewer, entity.Id, false, Cancel)).Value;
        Assert.Equal(["name"], read.Entity.Data.EnumerateObject().Select(p => p.Name));
        Assert.Equal(["name"], read.Facts.Select(f => f.Field));
        Assert.Equal(["name"], Assert.Single((await find.Run(viewer, new FindEntitiesRequest("person"), Cancel)).Value.Items).Data.EnumerateObject().Select(p => p.Name));
        Assert.Empty((await find.Run(viewer, new FindEntitiesRequest("person", new Dictionary<string, string> { ["pay"] = "5000" }), Cancel)).Value.Items);
        Assert.Single((await find.Run(business.Owner, new FindEntitiesRequest("person", new Dictionary<string, string> { ["pay"] = "5000" }), Cancel)).Value.Items);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Who_edits_without_seeing_everything_takes_nothing_away_and_is_told_nothing(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var closed = (await business.Upload("pay.md", Files.Text("Ada earns 5000."), access: Nobody)).Value;
        var entity = (await business.Say("person", new { name = "Ada", pay = 5000, desk = "left" })).Value;
        await using (var db = business.Kit.Database.Open(business.Owner.WorkspaceId))
        {
            await db.Facts.Where(f => f.Field == "pay").ExecuteUpdateAsync(set => set.SetProperty(f => f.Source, SourceKind.Document).SetProperty(f => f.SourceId, closed.Id), Cancel);
        }
        var builder = await business.Kit.NewPerson(business.Owner.WorkspaceId, Role.Builder);
        var write = new WriteEntity(business.Kit.Database, business.Kit.Ids, business.Kit.Clock);

        var edited = (await write.Run(builder, new WriteEntityRequest(entity.Id, "person", null, null, Json.Element(new { name = "Ada Berg" }), SourceKind.Person, "Ben"), Cancel)).Value;
        Assert.Equal(["name"], edited.Data.EnumerateObject().Select(p => p.Name));
        var whole = (await business.Read.Run(business.Owner, entity.Id, false, Cancel)).Value.Entity.Data;
        Assert.True(JsonElement.DeepEquals(Json.Element(new { pay = 5000, name = "Ada Berg" }), whole), whole.GetRawText());

        var restored = (await new RestoreVersion(business.Kit.Database, write).Run(builder, entity.Id, 1, null, Cancel)).Value;
        Assert.Equal(["desk", "name"], restored.Data.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        var pay = Assert.Single((await business.Facts.Run(business.Owner, new FactFilter(entity.Id, "pay"), Cancel)).Value.Items);
        Assert.Equal((SourceKind.Document, null), (pay.Source, pay.SupersededBy));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task What_a_run_read_is_shown_to_the_documents_readers_only(Engine engine)
    {
        await using var desk = await NodeDesk.Start(engine);
        var host = desk.Host;
        var document = (await host.Get<AddDocument>().Run(desk.Owner, new AddDocumentRequest("pay.md", null, Files.Text("Ada earns 5000."), null, SourceKind.Person, "Ana"), Cancel)).Value;
        await host.Get<ReadAccepted>().All(desk.Owner.WorkspaceId, Cancel);
        var run = await desk.Run(
            """ "permissions": { "context": ["document"] }, """,
            """{ "id": "start", "kind": "trigger" }, { "id": "look", "kind": "context", "settings": { "search": "Ada earns" } }, { "id": "end", "kind": "output", "settings": { "value": "{{ steps.look.output }}" } }""",
            """{ "from": "start", "to": "look" }, { "from": "look", "to": "end" }""");
        Assert.Contains("5000", All(run), StringComparison.Ordinal);
        var viewer = await host.NewPerson(desk.Owner.WorkspaceId, Role.Viewer);
        Assert.Contains("5000", await Seen(viewer), StringComparison.Ordinal);

        Assert.True((await host.Get<ChangeDocument>().Run(desk.Owner, document.Id, null, Nobody, null, Cancel)).Ok);

        Assert.DoesNotContain("5000", await Seen(viewer), StringComparison.Ordinal);
        Assert.Contains("may not read", await Seen(viewer), StringComparison.Ordinal);
        Assert.Contains("5000", await Seen(desk.Owner), StringComparison.Ordinal);

        async Task<string> Seen(Actor actor)
        {
            var detail = (await host.Get<ReadRun>().Run(actor, run.Run.Id, Cancel)).Value;
            var listed = (await host.Get<ListSteps>().Run(actor, new StepFilter(run.Run.Id), Cancel)).Value.Items;
            var read = new List<RunStep>();
            foreach (var step in detail.Steps)
                read.Add((await host.Get<ReadStep>().Run(actor, run.Run.Id, step.Id, Cancel)).Value.Step);
            return All(detail) + Text(listed.Select(l => l.Step)) + Text(read);
        }

        static string All(RunDetail detail) => $"{detail.Run.Output} {Text(detail.Steps)}";
        static string Text(IEnumerable<RunStep> steps) => string.Join(' ', steps.Select(s => $"{s.Input} {s.Output} {s.Evidence}"));
    }

    [Fact]
    public async Task Who_sets_the_access_keeps_it_and_only_members_and_agents_of_here_can_be_named()
    {
        await using var business = await KnownBusiness.Start(Engine.Sqlite);
        var builder = await business.Kit.NewPerson(business.Owner.WorkspaceId, Role.Builder);
        var other = await business.Kit.NewPerson(business.Owner.WorkspaceId, Role.Builder);
        var document = (await business.Upload("a.md", "one", builder)).Value;
        var changed = (await business.Change.Run(builder, document.Id, [" Returns", "returns", "#Public"], Nobody, document.Version, Cancel)).Value;
        Assert.True((await business.ReadDocument.Run(builder, document.Id, false, Cancel)).Ok);
        Assert.False((await business.ReadDocument.Run(other, document.Id, false, Cancel)).Ok);
        Assert.Equal(["public", "returns"], (await business.Change.Read(builder, document.Id, Cancel))!.Tags);
        Assert.Equal(RefusalKind.Stale, (await business.Change.Run(builder, document.Id, ["x"], null, document.Version - 1, Cancel)).Refusal?.Kind);
        Assert.Equal("badAccess", (await business.Change.Run(builder, document.Id, null, new AccessGiven(DocumentAccess.Named, People: [business.Kit.Ids.New()]), null, Cancel)).Refusal?.Code);
        Assert.Equal("badAccess", (await business.Change.Run(builder, document.Id, null, new AccessGiven(DocumentAccess.Named, Agents: [other.Id!.Value]), null, Cancel)).Refusal?.Code);
        Assert.Equal("badTags", (await business.Change.Run(builder, document.Id, [.. Enumerable.Range(0, 21).Select(n => $"tag{n}")], null, null, Cancel)).Refusal?.Code);
        Assert.True((await business.Change.Run(builder, document.Id, null, new AccessGiven(DocumentAccess.Named, People: [other.Id!.Value]), null, Cancel)).Ok);
        Assert.True((await business.ReadDocument.Run(other, document.Id, false, Cancel)).Ok);
        Assert.True(changed.Version > document.Version);
    }
}
