using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Context.Interviews;

/// <summary>Interviews ask only what is not known, keep what is written, and make facts of what is said.</summary>
public sealed class InterviewTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_goal_is_a_field_that_its_type_knows_and_has_a_name_of_its_own()
    {
        foreach (var template in InterviewTemplates.BuiltIn)
        {
            Assert.All(template.Goals, goal => Assert.True(
                TypeCatalogue.BuiltIn[goal.Type].Schema.GetProperty("properties").TryGetProperty(goal.Field, out _), $"{template.Name}/{goal.Id}: no {goal.Field} in {goal.Type}"));
            Assert.Equal(template.Goals.Count(), template.Goals.DistinctBy(g => g.Id).Count());
        }
        Assert.Equal(["company", "customers", "limits", "policies", "processes", "products", "suppliers", "support", "voice"], InterviewTemplates.BuiltIn.Select(t => t.Name).Order());
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task What_is_said_becomes_a_fact_somebody_stands_for_and_is_not_asked_again(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var owner = await host.NewWorkspace("Tarnwick");
        var empty = (await host.Get<ReadInterview>().Run(owner, "company", Cancel)).Value;
        Assert.Equal((0, empty.Template.Goals.Count()), (empty.Known, empty.Expected));

        var saved = (await Say(host, owner, "company", ("phone", "+353 20 914 0177"), ("opening-hours", "Mon to Fri 9 to 18"))).Value;

        Assert.Equal(2, saved.Known);
        Assert.Equal(SlotState.Known, saved.Slot("phone")!.State);
        Assert.Equal(SlotState.Open, saved.Slot("email")!.State);
        // One company, called like the workspace; another answer goes to the same one.
        Assert.Equal("Tarnwick", saved.Slot("phone")!.Thing!.Name);
        var more = (await Say(host, owner, "company", ("email", "shop@tarnwick.example"), ("phone", "+353 20 914 0178"))).Value;
        Assert.Equal((3, saved.Slot("phone")!.Thing!.Id), (more.Known, more.Slot("email")!.Thing!.Id));
        await using var db = host.Database.Open(owner.WorkspaceId);
        var facts = await db.Facts.AsNoTracking().Where(f => f.Field == "phone").OrderBy(f => f.ObservedAt).ToListAsync(Cancel);
        Assert.Equal(["+353 20 914 0177", "+353 20 914 0178"], facts.Select(f => f.Value.GetString()));
        Assert.Equal((SourceKind.Interview, owner.Name, owner.Name), (facts[1].Source, facts[1].SourceName, facts[1].VerifierName));
        Assert.NotNull(facts[0].SupersededBy);
        // The list tells the same.
        Assert.Equal(3, (await host.Get<ReadInterview>().List(owner, Cancel)).Value.Single(s => s.Template.Name == "company").Known);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Of_things_there_are_many_of_each_one_is_asked_for_what_it_lacks(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var owner = await host.NewWorkspace();
        Assert.Equal("badAnswer", (await Say(host, owner, "products", ("product-summary", "A tent"))).Refusal!.Code);
        var named = await host.Get<SaveAnswers>().Run(owner, "products", [new SlotAnswer("product-summary", Json.Element("A tent for two"), "Holm 2")], Cancel);
        Assert.True(named.Ok, named.Refusal?.Message);
        for (var i = 0; i < 12; i++)
            await host.Get<WriteEntity>().Run(owner, new WriteEntityRequest(null, "product", $"Lamp {i}", $"L{i}", Json.Element(new { name = $"Lamp {i}", sku = $"L{i}" }), SourceKind.Person, "Ann"), Cancel);

        var section = (await host.Get<ReadInterview>().Run(owner, "products", Cancel)).Value.Sections[0];

        var summaries = section.Slots.Where(s => s.Goal.Id == "product-summary").ToList();
        Assert.Equal(10, summaries.Count);
        Assert.DoesNotContain(summaries, s => s.Thing!.Name == "Holm 2");
        // Thirteen products and four fields: one summary and twelve article numbers are known.
        Assert.Equal((13, 52), (section.Known, section.Expected));
        var answered = (await host.Get<SaveAnswers>().Run(owner, "products", [new SlotAnswer(summaries[0].Id, Json.Element("It shines."))], Cancel)).Value;
        Assert.Equal(14, answered.Sections[0].Known);
        Assert.Null(answered.Slot(summaries[0].Id));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task What_is_put_off_passed_on_or_half_written_is_there_when_somebody_comes_back(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var owner = await host.NewWorkspace("Tarnwick");
        var colleague = await host.NewPerson(owner.WorkspaceId, Role.Viewer, "Ada");
        var note = host.Get<NoteSlot>();
        Assert.True((await note.Type(owner, "policies", "returns", "Unused goods may", Cancel)).Ok);
        Assert.True((await note.Mark(owner, "policies", "shipping", SlotMark.Unknown, Cancel)).Ok);
        Assert.True((await note.Mark(owner, "policies", "payment", SlotMark.Later, Cancel)).Ok);
        Assert.True((await note.Ask(owner, "policies", "warranty", colleague.Id, null, Cancel)).Ok);
        Assert.True((await note.Ask(owner, "company", "phone", colleague.Id, null, Cancel)).Ok);
        Assert.Equal("notAsked", (await note.Type(owner, "policies", "nothing", "x", Cancel)).Refusal!.Code);
        Assert.Equal("forbidden", (await note.Type(colleague, "policies", "returns", "x", Cancel)).Refusal!.Code);
        Assert.Equal("forbidden", (await Say(host, colleague, "policies", ("returns", "x"))).Refusal!.Code);

        var left = (await host.Get<ReadInterview>().Run(owner, "policies", Cancel)).Value;
        Assert.Equal("Unused goods may", left.Slot("returns")!.Typed);
        Assert.Equal((SlotState.Unknown, SlotState.Later, SlotState.Asked, "Ada"), (left.Slot("shipping")!.State, left.Slot("payment")!.State, left.Slot("warranty")!.State, left.Slot("warranty")!.AskedName));

        // Who is asked answers, and it is what the interview asked for.
        var questions = (await host.Get<ListQuestions>().Run(colleague, new QuestionFilter(Mine: true), Cancel)).Value.Items;
        foreach (var (question, field, value) in new[] { (questions.Single(q => q.Type == "policy"), "text", "Two years."), (questions.Single(q => q.Type == "company"), "phone", "0800 1") })
        {
            var answer = new AnswerRequest([new AnswerPart(null, null, new Dictionary<string, JsonElement> { [field] = Json.Element(value) })]);
            Assert.Null((await host.Get<AnswerQuestion>().Run(colleague, question.Id, answer, Cancel)).Refusal);
        }
        var then = (await host.Get<ReadInterview>().Run(owner, "policies", Cancel)).Value.Slot("warranty")!;
        Assert.Equal((SlotState.Known, "Two years.", "Warranty"), (then.State, then.Fact!.Value.GetString(), then.Thing!.Name));
        Assert.Equal("Tarnwick", (await host.Get<ReadInterview>().Run(owner, "company", Cancel)).Value.Slot("phone")!.Thing!.Name);

        // What was written is gone once it is saved, and who was asked need not answer what is known.
        await note.Ask(owner, "policies", "returns", colleague.Id, null, Cancel);
        Assert.True((await Say(host, owner, "policies", ("returns", "Unused goods may be sent back."))).Ok);
        Assert.Null((await host.Get<ReadInterview>().Run(owner, "policies", Cancel)).Value.Slot("returns")!.Typed);
        Assert.Empty((await host.Get<ListQuestions>().Run(colleague, new QuestionFilter(Mine: true), Cancel)).Value.Items);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Two_who_answer_the_first_question_at_once_speak_of_one_thing(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var owner = await host.NewWorkspace();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() => Say(host, owner, "voice", (i % 2 == 0 ? "greeting" : "tone", $"Hello {i}")), Cancel)));
        await using var db = host.Database.Open(owner.WorkspaceId);
        Assert.Equal(1, await db.Entities.CountAsync(e => e.Type == "brandvoice", Cancel));
        Assert.Equal(2, (await host.Get<ReadInterview>().Run(owner, "voice", Cancel)).Value.Known);
    }

    private static Task<Outcome<InterviewDetail>> Say(TestHost host, Actor actor, string interview, params (string Slot, string Value)[] answers) =>
        host.Get<SaveAnswers>().Run(actor, interview, [.. answers.Select(a => new SlotAnswer(a.Slot, Json.Element(a.Value)))], Cancel);
}
