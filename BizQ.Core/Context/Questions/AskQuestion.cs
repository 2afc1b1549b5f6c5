using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <param name="AssigneeId">The member who is asked; null for anybody.</param>
/// <param name="Ask">The question in one's own words; null for how BizQ would put it.</param>
public sealed record AskQuestionRequest(Guid? AssigneeId = null, DateOnly? DueOn = null, string? Ask = null);

/// <summary>Turns a gap into a question to a colleague.</summary>
public sealed class AskQuestion(BizQDatabase database, Ids ids, TimeProvider clock)
{
    public const int AskLength = 500;

    public async Task<Outcome<Question>> AboutGap(Actor actor, Guid gapId, AskQuestionRequest request, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } refusal)
            return refusal;
        if (request.Ask?.Trim().Length > AskLength)
            return Refusal.Invalid("longQuestion", $"A question has at most {AskLength} characters.", new Problem("/ask", "Shorten it."));
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Gaps.FirstOrDefaultAsync(g => g.Id == gapId, cancel) is not { } gap)
            return Refusal.NotFound("gap");
        var asked = await Colleague.Find(db, request.AssigneeId, cancel);
        if (asked is null && request.AssigneeId is not null)
            return Colleague.NoMember with { Problems = [new Problem("/assigneeId", "Not a member.")] };
        // Asked twice, the one question goes to whom it was sent last.
        var question = await db.Questions.FirstOrDefaultAsync(q => q.GapId == gapId && (q.State == QuestionState.Open || q.State == QuestionState.Later), cancel);
        var agents = await db.GapAgents.Where(a => a.GapId == gapId).OrderByDescending(a => a.Misses).Select(a => a.AgentName).Take(3).ToListAsync(cancel);
        if (question is null)
            db.Add(question = Of(actor, gap, WhyOf(gap, agents), ids, clock.GetUtcNow()));
        if (request.Ask?.Trim() is { Length: > 0 } own)
            question.Ask = own;
        (question.State, question.AssigneeId, question.AssigneeName, question.DueOn) = (QuestionState.Open, asked?.Id, asked?.Name, request.DueOn ?? gap.DueOn);
        if (gap.State is GapState.Open or GapState.Dismissed)
            (gap.State, gap.ClosedAt) = (GapState.Asked, null);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (Exception problem) when (problem.IsLostRace())
        {
            return Refusal.Stale("changedMeanwhile", "This gap has just been asked about or missed again. Try it once more.");
        }
        return question;
    }

    private static Question Of(Actor actor, Gap gap, string why, Ids ids, DateTimeOffset now) => new()
    {
        Id = ids.New(),
        WorkspaceId = gap.WorkspaceId,
        GapId = gap.Id,
        Ask = TextOf(gap),
        Why = why,
        Type = gap.Type,
        Field = gap.Field,
        AskedBy = actor.Id,
        AskedByName = actor.Name,
        AskedAt = now,
    };

    private static string TextOf(Gap gap) => gap switch
    {
        { Type: { } type, Field: { } field } => $"Please fill in '{EntityText.Words(field)}' for the {EntityText.Words(type).ToLowerInvariant()}.",
        { Type: { } type } => $"Please tell what there is to know about the {EntityText.Words(type).ToLowerInvariant()}.",
        _ => gap.Title,
    };

    private static string WhyOf(Gap gap, List<string> agents) =>
        $"It was missed {(gap.Misses == 1 ? "once" : $"{gap.Misses:N0} times")}{(agents.Count == 0 ? "" : $", by {string.Join(", ", agents)}")}.";
}
