using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Web.Account;
using BizQ.Web.Api;

namespace BizQ.Web.Context.Coverage;

internal static class CoverageApi
{
    public static void MapCoverage(this RouteGroupBuilder context)
    {
        context.MapGet("/coverage", Coverage).WithSummary("How much of what agents and people need to know is known, fresh, undisputed and verified, by category and for each agent").Produces<CoverageView>();
        context.MapGet("/coverage/missing", Missing).WithSummary("The entities of a type of which a field is not known, or not freshly").Produces<Page<EntityView>>();
        context.MapGet("/suggestions", Suggestions).WithSummary("What to add, settle, refresh and verify next: what would have helped the most runs first").Produces<IReadOnlyList<Suggestion>>();
        context.MapGet("/needs/{id:guid}", Needs).WithSummary("What an agent needs beside what is known: the verdict its runs begin by").Produces<NeedsView>();
    }

    private static async Task<IResult> Coverage(HttpContext http, ReadCoverage read) =>
        (await read.Run(http.User.ToActor()!, http.RequestAborted)).ToHttp(c => Results.Json(CoverageView.Of(c), Json.Options));

    private static async Task<IResult> Missing(HttpContext http, ListMissing list, string? type, string? field, int? limit, string? cursor)
    {
        if (string.IsNullOrWhiteSpace(type) || string.IsNullOrWhiteSpace(field))
            return Refusal.Invalid("nothingAsked", "Say what of: ?type=product&field=price.").ToProblem();
        return (await list.Run(http.User.ToActor()!, type, field, limit, cursor, http.RequestAborted))
            .ToHttp(page => Results.Json(new Page<EntityView>([.. page.Items.Select(EntityView.Of)], page.Next), Json.Options));
    }

    private static async Task<IResult> Suggestions(HttpContext http, SuggestNext suggest) =>
        (await suggest.Run(http.User.ToActor()!, http.RequestAborted)).ToHttp(next => Results.Json(next, Json.Options));

    private static async Task<IResult> Needs(Guid id, HttpContext http, CheckNeeds check) =>
        (await check.OfAgent(http.User.ToActor()!, id, http.RequestAborted)).ToHttp(verdict => Results.Json(NeedsView.Of(verdict), Json.Options));
}
