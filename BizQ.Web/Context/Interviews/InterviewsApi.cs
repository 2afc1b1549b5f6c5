using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Web.Account;
using BizQ.Web.Api;

namespace BizQ.Web.Context.Interviews;

public sealed record AnswersBody(IReadOnlyList<SlotAnswer>? Answers);

public sealed record GivenBody(Guid DocumentId);

internal static class InterviewsApi
{
    public static void MapInterviews(this RouteGroupBuilder context)
    {
        var interviews = context.MapGroup("/interviews");
        interviews.MapGet("/", List).WithSummary("The interviews with how much of each is known, those that agents wait for first").Produces<IReadOnlyList<InterviewSummaryView>>();
        interviews.MapGet("/{id}", Read).WithSummary("One interview: its questions, what is known of each, and where the others stand").Produces<InterviewView>();
        interviews.MapGet("/{id}/drafts", Drafts).WithSummary("Answers to what a section still asks, found in documents, with the words they stand in; section counts from 0").Produces<IReadOnlyList<AnswerDraft>>();
        interviews.MapPost("/{id}/answers", Answer).WithSummary("Answer questions: what is said becomes verified facts; with passageId, facts of that document").Produces<InterviewView>();
        interviews.MapPost("/{id}/documents", Give).WithSummary("Give an interview a document: its answers are offered, and it is held against what is known").Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> List(HttpContext http, ReadInterview read) =>
        (await read.List(http.User.ToActor()!, http.RequestAborted)).ToHttp(all => Results.Json(all.Select(s => new InterviewSummaryView(s.Template.Name, s.Template.Title, s.Template.About, s.Known, s.Expected, s.Needed)), Json.Options));

    private static async Task<IResult> Read(string id, HttpContext http, ReadInterview read) => (await read.Run(http.User.ToActor()!, id, http.RequestAborted)).ToHttp(Show);

    private static async Task<IResult> Drafts(string id, HttpContext http, FindDrafts find, int? section) =>
        (await find.InDocuments(http.User.ToActor()!, id, section ?? 0, http.RequestAborted)).ToHttp(drafts => Results.Json(drafts, Json.Options));

    private static async Task<IResult> Answer(string id, HttpContext http, SaveAnswers save, AnswersBody body) =>
        (await save.Run(http.User.ToActor()!, id, [.. body.Answers ?? []], http.RequestAborted)).ToHttp(Show);

    private static async Task<IResult> Give(string id, HttpContext http, GiveDocument give, GivenBody body) =>
        (await give.Run(http.User.ToActor()!, id, body.DocumentId, http.RequestAborted)).ToHttp(_ => Results.NoContent());

    private static IResult Show(InterviewDetail detail) => Results.Json(InterviewView.Of(detail), Json.Options);
}
