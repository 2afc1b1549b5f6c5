using System.Text;
using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using BizQ.Tests.Models;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Context.Interviews;

/// <summary>Documents and words answer an interview as drafts with their place, and a document that says otherwise makes a conflict.</summary>
public sealed class DraftTests
{
    private const string Handbook = """
        # Staff handbook

        ## The shop

        Opening hours: Mon to Fri 9:00 to 18:00

        Phone: +353 20 914 0177

        ## Returns

        Unused goods may be returned within 30 days. We refund within five days after the return has arrived.
        """;

    private const string Leaflet = """
        # Leaflet for customers

        Come and see us!

        Opening hours: Mon to Sat 10:00 to 20:00

        Phone: +353 20 914 0177
        """;

    private const string Desk = """
        {
          "format": 1, "name": "Desk", "purpose": "Tells when we are open.", "needs": [ { "type": "store", "fields": ["openingHours", "phone"] } ],
          "permissions": { "context": ["*"] },
          "nodes": [ { "id": "start", "kind": "trigger" }, { "id": "end", "kind": "output", "settings": { "value": "open" } } ],
          "edges": [ { "from": "start", "to": "end" } ]
        }
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task A_document_answers_and_another_that_says_otherwise_is_a_conflict_until_it_is_settled(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var owner = await host.NewWorkspace();
        var agent = (await host.Get<SaveAgent>().Run(owner, new SaveAgentRequest(null, JsonElement.Parse(Desk), null), Cancel)).Value.Agent;
        var handbook = await Give(host, owner, "handbook.md", Handbook);

        var drafts = (await host.Get<FindDrafts>().InDocuments(owner, "company", 2, Cancel)).Value;
        var hours = drafts.Single(d => d.Slot == "store-hours");
        Assert.Equal(("Mon to Fri 9:00 to 18:00", "Staff handbook", handbook), (hours.Value.GetString(), hours.Title, hours.DocumentId!.Value));
        Assert.Contains("Opening hours: Mon to Fri", hours.Quote, StringComparison.Ordinal);
        var phone = drafts.Single(d => d.Slot == "store-phone");
        // Offered is not saved.
        Assert.Equal(0, (await host.Get<ReadInterview>().Run(owner, "company", Cancel)).Value.Known);

        var saved = await host.Get<SaveAnswers>().Run(owner, "company", [new SlotAnswer("store-hours", hours.Value, PassageId: hours.PassageId), new SlotAnswer("store-phone", phone.Value, PassageId: phone.PassageId)], Cancel);
        Assert.True(saved.Ok, saved.Refusal?.Message);
        var fact = saved.Value.Slot("store-hours")!.Fact!;
        Assert.Equal((SourceKind.Document, "Staff handbook", (Guid?)handbook, hours.PassageId, owner.Name), (fact.Source, fact.SourceName, fact.SourceId, fact.PassageId, fact.VerifierName));
        Assert.Equal(Readiness.Ready, saved.Value.Agents.Single().Verdict.Readiness);

        var leaflet = await Give(host, owner, "leaflet.md", Leaflet);
        var read = (await host.Get<ReadInterview>().Run(owner, "company", Cancel)).Value;
        var contested = read.Slot("store-hours")!;
        Assert.Equal((SlotState.Doubtful, true, "Mon to Fri 9:00 to 18:00"), (contested.State, contested.Disputed, contested.Fact!.Value.GetString()));
        // What both say is no matter.
        Assert.Equal(SlotState.Known, read.Slot("store-phone")!.State);
        Assert.Equal(Readiness.NotReady, (await host.Get<CheckNeeds>().OfAgent(owner, agent.Id, Cancel)).Value.Readiness);
        var conflict = (await host.Get<ListConflicts>().Run(owner, new ConflictFilter(), Cancel)).Value.Items.Single().Conflict;
        Assert.Equal((leaflet, "Leaflet for customers", "Mon to Sat 10:00 to 20:00"), (conflict.SourceId!.Value, conflict.SourceName, conflict.Claim.GetString()));

        // Saying in the interview what is right settles it.
        Assert.True((await host.Get<SaveAnswers>().Run(owner, "company", [new SlotAnswer("store-hours", Json.Element("Mon to Sat 9:00 to 18:00"))], Cancel)).Ok);
        Assert.Empty((await host.Get<ListConflicts>().Run(owner, new ConflictFilter(), Cancel)).Value.Items);
        Assert.Equal(Readiness.Ready, (await host.Get<CheckNeeds>().OfAgent(owner, agent.Id, Cancel)).Value.Readiness);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Sentences_of_a_document_are_offered_for_what_is_asked_in_sentences(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var owner = await host.NewWorkspace();
        await Give(host, owner, "handbook.md", Handbook);
        var draft = (await host.Get<FindDrafts>().InDocuments(owner, "policies", 0, Cancel)).Value.First(d => d.Slot == "returns");
        Assert.Contains("within 30 days", draft.Value.GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("[1]", draft.Value.GetString(), StringComparison.Ordinal);
        Assert.Contains("within 30 days", draft.Quote, StringComparison.Ordinal);
        // Nothing there speaks of shipping.
        Assert.Empty((await host.Get<FindDrafts>().InDocuments(owner, "policies", 1, Cancel)).Value);
    }

    [Fact]
    public async Task Ones_own_words_answer_several_questions_and_nothing_is_made_up()
    {
        await using var host = await TestHost.Start(Engine.Sqlite);
        var owner = await host.NewWorkspace();
        var drafts = (await host.Get<FindDrafts>().InText(owner, "company", 1, "Opening hours: 9 to 17\nCall us at +353 22 12345 or write to shop@tarnwick.example.", Cancel)).Value;
        Assert.Equal([("email", "shop@tarnwick.example"), ("opening-hours", "9 to 17"), ("phone", "+353 22 12345")], drafts.Select(d => (d.Slot, d.Value.GetString()!)).Order());
        Assert.All(drafts, d => Assert.Null(d.PassageId));
        Assert.Equal("badText", (await host.Get<FindDrafts>().InText(owner, "company", 1, " ", Cancel)).Refusal!.Code);
        Assert.Empty((await host.Get<FindDrafts>().InText(owner, "company", 1, "The weather is fine.", Cancel)).Value);
    }

    [Fact]
    public async Task Of_what_a_model_says_only_what_stands_in_the_document_is_offered()
    {
        Environment.SetEnvironmentVariable(ModelDesk.KeyVariable, ModelDesk.Key);
        await using var model = await ScriptedModel.Start();
        model.Says(new { openingHours = "Mon to Fri 9:00 to 18:00", phone = "+49 1 invented", email = (string?)null, address = (string?)null, answersMailWithin = (string?)null });
        await using var host = await TestHost.Start(Engine.Sqlite, settings: ModelDesk.Endpoint(model));
        var owner = await host.NewWorkspace();
        await Give(host, owner, "handbook.md", Handbook);
        var drafts = (await host.Get<FindDrafts>().InDocuments(owner, "company", 2, Cancel)).Value;
        Assert.Equal([("store-hours", "Mon to Fri 9:00 to 18:00")], drafts.Select(d => (d.Slot, d.Value.GetString()!)));
        Assert.NotEmpty(model.Requests);
    }

    [Fact]
    public async Task A_document_somebody_may_not_read_is_not_offered_to_them()
    {
        await using var host = await TestHost.Start(Engine.Sqlite);
        var owner = await host.NewWorkspace();
        var builder = await host.NewPerson(owner.WorkspaceId, Role.Builder, "Ben");
        var handbook = await Give(host, owner, "handbook.md", Handbook);
        await using (var db = host.Database.Open(owner.WorkspaceId))
            await db.Documents.Where(d => d.Id == handbook).ExecuteUpdateAsync(set => set.SetProperty(d => d.Access, DocumentAccess.Named), Cancel);
        Assert.Empty((await host.Get<FindDrafts>().InDocuments(builder, "company", 2, Cancel)).Value);
        Assert.Equal("notFound", (await host.Get<GiveDocument>().Run(builder, "company", handbook, Cancel)).Refusal!.Code);
        Assert.NotEmpty((await host.Get<FindDrafts>().InDocuments(owner, "company", 2, Cancel)).Value);
    }

    private static async Task<Guid> Give(TestHost host, Actor owner, string file, string text)
    {
        var added = (await host.Get<AddDocument>().Run(owner, new AddDocumentRequest(file, null, Encoding.UTF8.GetBytes(text), null, SourceKind.Person, owner.Name), Cancel)).Value;
        Assert.True((await host.Get<GiveDocument>().Run(owner, "company", added.Id, Cancel)).Ok);
        await host.Until(owner.WorkspaceId, async db => await db.InterviewDocuments.AsNoTracking().FirstOrDefaultAsync(p => p.DocumentId == added.Id && p.ComparedAt != null, Cancel), $"{file} to be compared");
        return added.Id;
    }
}
