using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Context.Missing;

/// <summary>An agent's need that is not met, a gap, a question to a colleague, an answer, a fact, and the next run passes.</summary>
public sealed class GapLoopTests
{
    private const string Desk = """
        {
          "format": 1, "name": "Desk", "purpose": "Tells when we are open.",
          "needs": [ { "type": "store", "fields": ["openingHours"] }, { "type": "policy", "fields": ["text"], "required": false } ],
          "nodes": [ { "id": "start", "kind": "trigger" }, { "id": "end", "kind": "output", "settings": { "value": "open" } } ],
          "edges": [ { "from": "start", "to": "end" } ]
        }
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task From_an_unmet_need_to_a_run_that_passes(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var owner = await host.NewWorkspace();
        var colleague = await host.NewPerson(owner.WorkspaceId, Role.Viewer, "Ada");
        var agent = (await host.Get<SaveAgent>().Run(owner, new SaveAgentRequest(null, JsonElement.Parse(Desk), null), Cancel)).Value.Agent;

        var parked = await Ends(host, owner, agent, "one", RunStatus.Parked);
        Assert.Equal("contextMissing", parked.Error!.Value.GetProperty("code").GetString());
        Assert.Contains("Nothing is known of any store yet", parked.Error.Value.GetProperty("message").GetString(), StringComparison.Ordinal);
        await Ends(host, owner, agent, "two", RunStatus.Parked);
        Assert.Equal(Readiness.NotReady, (await host.Get<CheckNeeds>().OfAgent(owner, agent.Id, Cancel)).Value.Readiness);

        // Both runs missed it; the other need is counted too, though no run waits for it.
        var gaps = (await host.Get<ListGaps>().Run(owner, new GapFilter(), Cancel)).Value.Items;
        Assert.Equal([("policy", "text", 2), ("store", "openingHours", 2)], gaps.Select(g => (g.Gap.Type!, g.Gap.Field!, g.Gap.Misses)).Order());
        var gap = gaps.Single(g => g.Gap.Type == "store");
        Assert.Equal(("Desk", 2), (gap.Agents.Single().AgentName, gap.Agents.Single().Misses));

        var asked = (await host.Get<AskQuestion>().AboutGap(owner, gap.Gap.Id, new AskQuestionRequest(colleague.Id), Cancel)).Value;
        Assert.Equal("Please fill in 'Opening hours' for the store.", asked.Ask);
        var mine = (await host.Get<ListQuestions>().Run(colleague, new QuestionFilter(Mine: true), Cancel)).Value.Items;
        Assert.Equal(asked.Id, mine.Single().Id);
        // A viewer may answer what they are asked, and nothing else.
        Assert.Equal("noName", (await Answer(host, colleague, asked.Id, new AnswerPart(null, null, Hours("9-17")))).Refusal!.Code);
        Assert.Equal("noAnswer", (await Answer(host, colleague, asked.Id, new AnswerPart(null, "Shop", new Dictionary<string, JsonElement>()))).Refusal!.Code);
        var other = await host.NewPerson(owner.WorkspaceId, Role.Viewer, "Bo");
        Assert.Equal("forbidden", (await Answer(host, other, asked.Id, new AnswerPart(null, "Shop", Hours("9-17")))).Refusal!.Code);
        Assert.Equal(QuestionState.Answered, (await Answer(host, colleague, asked.Id, new AnswerPart(null, "Shop", Hours("9-17")))).Value.State);
        Assert.Equal("alreadyAnswered", (await Answer(host, colleague, asked.Id, new AnswerPart(null, "Shop", Hours("9-17")))).Refusal!.Code);

        await using (var db = host.Database.Open(owner.WorkspaceId))
        {
            var fact = await db.Facts.SingleAsync(f => f.Field == "openingHours", Cancel);
            Assert.Equal(("9-17", SourceKind.Interview, "Ada", asked.Id, "Ada"), (fact.Value.GetString(), fact.Source, fact.SourceName, fact.SourceId, fact.VerifierName));
            Assert.Equal(GapState.Filled, (await db.Gaps.SingleAsync(g => g.Id == gap.Gap.Id, Cancel)).State);
        }
        await Ends(host, owner, agent, "three", RunStatus.Succeeded);
        Assert.True((await host.Get<RetryRun>().Run(owner, parked.Id, Cancel)).Ok);
        await Until(host, owner, parked.Id, RunStatus.Succeeded);
        Assert.Equal(Readiness.WithGaps, (await host.Get<CheckNeeds>().OfAgent(owner, agent.Id, Cancel)).Value.Readiness);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Who_does_not_know_leaves_the_gap_open_and_a_filled_one_opens_when_it_is_missed_again(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var (kit, owner) = (business.Kit, business.Owner);
        var (gaps, note) = (new ListGaps(kit.Database, kit.Clock), new NoteGaps(kit.Database, kit.Ids, kit.Clock));
        var (ask, answer) = (new AskQuestion(kit.Database, kit.Ids, kit.Clock), new AnswerQuestion(kit.Database, gaps, kit.Ids, kit.Clock));
        await note.Nothing(owner.WorkspaceId, GapKind.Search, "Do you ship bicycles to Norway?", kit.Ids.New(), kit.Ids.New(), "Desk", Cancel);
        await note.Nothing(owner.WorkspaceId, GapKind.Search, "Shipping a bicycle to Norway", kit.Ids.New(), kit.Ids.New(), "Post", Cancel);
        await note.Nothing(owner.WorkspaceId, GapKind.Search, "What is the warranty of tents?", null, null, null, Cancel);
        await note.Nothing(owner.WorkspaceId, GapKind.Search, "??", null, null, null, Cancel);
        var found = (await gaps.Run(owner, new GapFilter(), Cancel)).Value.Items;
        Assert.Equal([("Do you ship bicycles to Norway?", 2, 2), ("What is the warranty of tents?", 1, 0)], found.Select(g => (g.Gap.Title, g.Gap.Misses, g.Agents.Count)));

        var question = (await ask.AboutGap(owner, found[0].Gap.Id, new AskQuestionRequest(Ask: "Do we ship to Norway?"), Cancel)).Value;
        Assert.Equal(QuestionState.Unknown, (await answer.PutOff(owner, question.Id, unknown: true, Cancel)).Value.State);
        Assert.Equal(GapState.Open, (await gaps.Read(owner, found[0].Gap.Id, Cancel)).Value.Gap.State);
        var again = (await ask.AboutGap(owner, found[0].Gap.Id, new AskQuestionRequest(Ask: "Do we ship to Norway?"), Cancel)).Value;
        Assert.NotEqual(question.Id, again.Id);
        Assert.True((await answer.Run(owner, again.Id, new AnswerRequest(Text: "Yes, for 20 EUR."), Cancel)).Ok);
        Assert.Equal("faq", (await business.Search("ship to Norway"))[0].Type);
        Assert.Equal("noMember", (await ask.AboutGap(owner, found[1].Gap.Id, new AskQuestionRequest(kit.Ids.New()), Cancel)).Refusal!.Code);

        var change = new ChangeGap(kit.Database, gaps, kit.Clock);
        Assert.Equal(GapState.Dismissed, (await change.Run(owner, found[1].Gap.Id, new ChangeGapRequest(owner.Id, new DateOnly(2026, 12, 24), Dismissed: true), Cancel)).Value.Gap.State);
        await note.Nothing(owner.WorkspaceId, GapKind.Search, "warranty tents", null, null, null, Cancel);
        Assert.Equal((GapState.Dismissed, 2), await StateOf(gaps, owner, found[1]));
    }

    private static async Task<(GapState, int)> StateOf(ListGaps gaps, Actor owner, GapDetail gap) =>
        (await gaps.Read(owner, gap.Gap.Id, Cancel)).Value.Gap is var now ? (now.State, now.Misses) : default;

    private static Task<Outcome<Question>> Answer(TestHost host, Actor who, Guid question, AnswerPart part) => host.Get<AnswerQuestion>().Run(who, question, new AnswerRequest([part]), Cancel);

    private static Dictionary<string, JsonElement> Hours(string hours) => new() { ["openingHours"] = Json.Element(hours) };

    private static async Task<Run> Ends(TestHost host, Actor owner, Agent agent, string key, RunStatus status)
    {
        var run = (await host.Get<StartRun>().Run(owner, new StartRunRequest(agent.Id, "manual", key, Json.Element(new { kind = "manual", input = new { } }), key), Cancel)).Value;
        return await Until(host, owner, run.Id, status);
    }

    private static Task<Run> Until(TestHost host, Actor owner, Guid id, RunStatus status) =>
        host.Until(owner.WorkspaceId, db => db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.Id == id && r.Status == status, Cancel), $"the run to be {status}");
}
