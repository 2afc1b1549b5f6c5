using System.Globalization;
using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Web.Account;
using BizQ.Web.Api;
using BizQ.Web.Context.Conflicts;
using BizQ.Web.Context.Coverage;
using BizQ.Web.Context.Gaps;
using BizQ.Web.Context.Import;
using BizQ.Web.Context.Interviews;

namespace BizQ.Web.Context;

public static class ContextApi
{
    public static void MapContextApi(this RouteGroupBuilder api)
    {
        var context = api.MapGroup("/context").WithTags("Context");
        context.MapGet("/search", Search).WithSummary("Search over entities and documents five ways at once, best first; conditions such as type:order status:late total>100 \"exact phrase\" narrow it; highlights are stretches of the snippet, in characters")
            .Produces<SearchAnswer>();
        context.MapTypes();
        context.MapEntities();
        context.MapFacts();
        context.MapHistory();
        context.MapRelations();
        context.MapDocuments();
        context.MapCoverage();
        context.MapConflicts();
        context.MapGaps();
        context.MapInterviews();
        context.MapImports();
    }

    /// <param name="types">Entity types and "document", comma-separated or repeated.</param>
    /// <param name="mode">hybrid (also when left out), or one way alone: text, meaning, fields, graph or recency.</param>
    /// <param name="asOf">A moment (ISO 8601): what was believed then, by the words and values of facts.</param>
    private static async Task<IResult> Search(HttpContext http, SearchContext search, string? q, string[]? types, int? limit, string? cursor, string? mode, string? asOf, string? tag)
    {
        if (string.IsNullOrWhiteSpace(q))
            return Refusal.Invalid("nothingToSearch", "Say what to look for: ?q=words, a question, or a whole mail.").ToProblem();
        if (!TryReadMode(mode, out var ways))
            return Refusal.Invalid("badMode", "mode is hybrid, text, meaning, fields, graph or recency; hybrid when it is left out.").ToProblem();
        if (!TryReadMoment(asOf, out var moment))
            return Refusal.Invalid("badMoment", "asOf is a moment such as 2026-01-31T12:00:00Z, or a day such as 2026-01-31.").ToProblem();
        var wanted = types?.SelectMany(t => t.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList();
        return (await search.Run(http.User.ToActor()!, new SearchQuery(q, wanted, limit, cursor) { Mode = ways, AsOf = moment, Filters = true, Tag = tag }, http.RequestAborted)).ToHttp();
    }

    private static bool TryReadMode(string? mode, out SearchMode ways)
    {
        ways = SearchMode.Hybrid;
        return string.IsNullOrEmpty(mode) || (char.IsLetter(mode[0]) && Enum.TryParse(mode, ignoreCase: true, out ways));
    }

    private static bool TryReadMoment(string? text, out DateTimeOffset? moment)
    {
        var read = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time);
        moment = read ? time : null;
        return read || string.IsNullOrEmpty(text);
    }
}
