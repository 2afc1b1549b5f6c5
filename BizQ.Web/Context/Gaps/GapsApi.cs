using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Web.Account;
using BizQ.Web.Api;

namespace BizQ.Web.Context.Gaps;

public sealed record GapAgentView(Guid Id, string Name, int Misses);

/// <summary>Something that is not known and was missed.</summary>
public sealed record GapView(
    Guid Id, GapKind Kind, string Title, string? Type, string? Field, int Misses, DateTimeOffset FirstAt, DateTimeOffset LastAt, Guid? LastRunId,
    GapState State, Guid? OwnerId, string? Owner, DateOnly? DueOn, IReadOnlyList<GapAgentView> Agents)
{
    public static GapView Of(GapDetail d) => new(
        d.Gap.Id, d.Gap.Kind, d.Gap.Title, d.Gap.Type, d.Gap.Field, d.Gap.Misses, d.Gap.FirstAt, d.Gap.LastAt, d.Gap.LastRunId,
        d.Gap.State, d.Gap.OwnerId, d.Gap.OwnerName, d.Gap.DueOn, [.. d.Agents.Select(a => new GapAgentView(a.AgentId, a.AgentName, a.Misses))]);
}

public sealed record GapBody(Guid? OwnerId, DateOnly? DueOn, bool Dismissed = false);

public sealed record AskBody(Guid? AssigneeId, DateOnly? DueOn, string? Ask);

internal static class GapsApi
{
    public static void MapGaps(this RouteGroupBuilder context)
    {
        var gaps = context.MapGroup("/gaps");
        gaps.MapGet("/", List).WithSummary("What is missing, what was missed most often first; state=open, asked, filled or dismissed, open and asked when left out").Produces<Page<GapView>>();
        gaps.MapGet("/{id:guid}", Read).WithSummary("One gap with the agents that miss it").Produces<GapView>();
        gaps.MapPut("/{id:guid}", Change).WithSummary("Say who sees to it and until when, or that it need not be filled").Produces<GapView>();
        gaps.MapPost("/{id:guid}/ask", Ask).WithSummary("Turn a gap into a question to a member, or to anybody").Produces<QuestionView>();
        var questions = context.MapGroup("/questions");
        questions.MapGet("/", Questions).WithSummary("Questions that are open, the latest first; mine=true for one's own, closed=true for those that were answered").Produces<Page<QuestionView>>();
        questions.MapGet("/{id:guid}", Question).WithSummary("One question with the things it is about").Produces<QuestionView>();
        questions.MapPost("/{id:guid}/answer", Answer).WithSummary("Answer a question: what is said becomes facts").Produces<QuestionView>();
        questions.MapPost("/{id:guid}/put-off", PutOff).WithSummary("Say that it is not known, or that the answer comes later").Produces<QuestionView>();
    }

    private static async Task<IResult> List(HttpContext http, ListGaps list, GapState? state, GapKind? kind, Guid? owner, int? limit, string? cursor) =>
        (await list.Run(http.User.ToActor()!, new GapFilter(state, kind, owner, limit, cursor), http.RequestAborted))
            .ToHttp(page => Results.Json(new Page<GapView>([.. page.Items.Select(GapView.Of)], page.Next), Json.Options));

    private static async Task<IResult> Read(Guid id, HttpContext http, ListGaps list) =>
        (await list.Read(http.User.ToActor()!, id, http.RequestAborted)).ToHttp(d => Results.Json(GapView.Of(d), Json.Options));

    private static async Task<IResult> Change(Guid id, HttpContext http, ChangeGap change, GapBody body) =>
        (await change.Run(http.User.ToActor()!, id, new ChangeGapRequest(body.OwnerId, body.DueOn, body.Dismissed), http.RequestAborted)).ToHttp(d => Results.Json(GapView.Of(d), Json.Options));

    private static async Task<IResult> Ask(Guid id, HttpContext http, AskQuestion ask, AskBody body) =>
        (await ask.AboutGap(http.User.ToActor()!, id, new AskQuestionRequest(body.AssigneeId, body.DueOn, body.Ask), http.RequestAborted)).ToHttp(Show);

    private static async Task<IResult> Questions(HttpContext http, ListQuestions list, bool? mine, bool? closed, int? limit, string? cursor) =>
        (await list.Run(http.User.ToActor()!, new QuestionFilter(mine ?? false, closed ?? false, limit, cursor), http.RequestAborted))
            .ToHttp(page => Results.Json(new Page<QuestionView>([.. page.Items.Select(QuestionView.Of)], page.Next), Json.Options));

    private static async Task<IResult> Question(Guid id, HttpContext http, ListQuestions list) =>
        (await list.Read(http.User.ToActor()!, id, http.RequestAborted)).ToHttp(d => Results.Json(QuestionView.Of(d), Json.Options));

    private static async Task<IResult> Answer(Guid id, HttpContext http, AnswerQuestion answer, AnswerBody body) =>
        (await answer.Run(http.User.ToActor()!, id, new AnswerRequest([.. (body.Parts ?? []).Select(p => new AnswerPart(p.EntityId, p.Name, p.Values ?? []))], body.Text), http.RequestAborted)).ToHttp(Show);

    private static async Task<IResult> PutOff(Guid id, HttpContext http, AnswerQuestion answer, PutOffBody body) =>
        (await answer.PutOff(http.User.ToActor()!, id, body.Unknown, http.RequestAborted)).ToHttp(Show);

    private static IResult Show(Question question) => Results.Json(QuestionView.Of(question), Json.Options);
}
