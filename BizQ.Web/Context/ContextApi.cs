using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Web.Account;
using BizQ.Web.Api;

namespace BizQ.Web.Context;

public static class ContextApi
{
    public static void MapContextApi(this RouteGroupBuilder api)
    {
        var context = api.MapGroup("/context").WithTags("Context");
        context.MapGet("/search", Search).WithSummary("Search over entities and documents by words and by meaning, best first; highlights are stretches of the snippet, in characters")
            .Produces<Page<SearchHit>>();
        context.MapGet("/types", Types).WithSummary("The types of entities and how many there are of each").Produces<Page<EntityType>>();
        context.MapEntities();
        context.MapDocuments();
    }

    /// <param name="types">Entity types and "document", comma-separated or repeated.</param>
    /// <param name="mode">hybrid (also when left out), text or meaning.</param>
    private static async Task<IResult> Search(HttpContext http, SearchContext search, string? q, string[]? types, int? limit, string? cursor, string? mode, string? tag)
    {
        if (string.IsNullOrWhiteSpace(q))
            return Refusal.Invalid("nothingToSearch", "Say what to look for: ?q=words, a question, or a whole mail.").ToProblem();
        if (!TryRead(mode, out var ways))
            return Refusal.Invalid("badMode", "mode is hybrid, text or meaning; hybrid when it is left out.").ToProblem();
        var wanted = types?.SelectMany(t => t.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList();
        return (await search.Run(http.User.ToActor()!, new SearchQuery(q, wanted, limit, cursor) { Mode = ways, Tag = tag }, http.RequestAborted)).ToHttp();
    }

    private static bool TryRead(string? mode, out SearchMode ways)
    {
        ways = SearchMode.Hybrid;
        return string.IsNullOrEmpty(mode) || (char.IsLetter(mode[0]) && Enum.TryParse(mode, ignoreCase: true, out ways));
    }

    private static async Task<IResult> Types(HttpContext http, CountEntities count) =>
        (await count.Run(http.User.ToActor()!, http.RequestAborted)).ToHttp(types => Results.Json(new Page<EntityType>(types, null), Json.Options));
}
