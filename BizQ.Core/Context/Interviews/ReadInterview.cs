using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <param name="Needed">Some agent needs something it asks for.</param>
public sealed record InterviewSummary(InterviewTemplate Template, long Known, long Expected, bool Needed);

/// <summary>Interviews beside what is known: there is nothing to start and nothing to finish, only what is still to be said.</summary>
public sealed class ReadInterview(BizQDatabase database, CheckNeeds needs, TimeProvider clock)
{
    /// <summary>All of them, those that agents wait for first.</summary>
    public async Task<Outcome<IReadOnlyList<InterviewSummary>>> List(Actor actor, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        var templates = InterviewTemplates.BuiltIn;
        var board = await InterviewBoard.Load(db, actor, templates, await KnownNeeds.Load(db, cancel), clock.GetUtcNow(), cancel);
        return templates.Select(template =>
        {
            var sections = board.Of(template);
            return new InterviewSummary(template, sections.Sum(s => s.Known), sections.Sum(s => s.Expected), board.IsNeeded(template));
        }).OrderByDescending(s => s.Needed && s.Known < s.Expected).ToList();
    }

    public async Task<Outcome<InterviewDetail>> Run(Actor actor, string name, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        if (Find(name) is not { } template)
            return Refusal.NotFound("interview");
        await using var db = database.Open(actor.WorkspaceId);
        var agents = await KnownNeeds.Load(db, cancel);
        var board = await InterviewBoard.Load(db, actor, [template], agents, clock.GetUtcNow(), cancel);
        List<AgentCoverage> judged = [];
        foreach (var agent in agents.Where(a => board.Needs(a, template)))
            judged.Add(new AgentCoverage(agent.AgentId, agent.Definition.Name, await needs.Before(CheckNeeds.ActorOf(actor.WorkspaceId, agent.AgentId, agent.Definition), agent.VersionId, agent.Definition.Needs, cancel)));
        return new InterviewDetail(template, board.Of(template), judged, await Papers(db, actor, name, cancel));
    }

    internal static InterviewTemplate? Find(string name) => InterviewTemplates.BuiltIn.FirstOrDefault(t => t.Name == name);

    private static async Task<IReadOnlyList<InterviewPaper>> Papers(BizQDb db, Actor actor, string interview, CancellationToken cancel) =>
        await (from paper in db.InterviewDocuments.AsNoTracking()
               join document in db.Documents.AsNoTracking().ReadableBy(db, actor) on paper.DocumentId equals document.Id
               where paper.Interview == interview && document.RemovedAt == null
               orderby paper.Id descending
               select new InterviewPaper(document.Id, document.Title, document.State, paper.ComparedAt != null)).Take(GiveDocument.MostShown).ToListAsync(cancel);
}
