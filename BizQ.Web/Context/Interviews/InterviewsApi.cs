using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Web.Account;
using BizQ.Web.Api;
using BizQ.Web.Context.Coverage;

namespace BizQ.Web.Context.Interviews;

public sealed record InterviewSummaryView(string Name, string Title, string About, long Known, long Expected, bool Needed);

/// <summary>One question: of which field of which thing, and where the answer stands.</summary>
public sealed record SlotView(
    string Id, string Ask, string Why, string? Example, string Type, string Field, Guid? EntityId, string? Entity, SlotState State, JsonElement? Value, string? Source, DateTimeOffset? ObservedAt,
    bool Disputed, string? Typed, string? Asked, IReadOnlyList<string> Agents)
{
    public static SlotView Of(InterviewSlot s) => new(
        s.Id, s.Goal.Ask, s.Goal.Why, s.Goal.Example, s.Goal.Type, s.Goal.Field, s.Thing?.Id, s.ThingName, s.State, s.Fact?.Value, s.Fact?.SourceName, s.Fact?.ObservedAt, s.Disputed, s.Typed, s.AskedName, s.Agents);
}

public sealed record SectionView(string Title, string? About, long Known, long Expected, IReadOnlyList<SlotView> Slots);

public sealed record InterviewView(string Name, string Title, string About, long Known, long Expected, IReadOnlyList<SectionView> Sections)
{
    public static InterviewView Of(InterviewDetail d) => new(d.Template.Name, d.Template.Title, d.Template.About, d.Known, d.Expected,
        [.. d.Sections.Select(s => new SectionView(s.Section.Title, s.Section.About, s.Known, s.Expected, [.. s.Slots.Select(SlotView.Of)]))]);
}

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
