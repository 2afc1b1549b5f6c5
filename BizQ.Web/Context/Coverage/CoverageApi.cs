using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Context;
using BizQ.Web.Account;
using BizQ.Web.Api;

namespace BizQ.Web.Context.Coverage;

/// <summary>How well something is known: each figure 0 to 100, with the numbers of facts behind it. Left out while nothing is known that could be judged.</summary>
/// <param name="Coverage">Of what is expected, how much is known, fresh and not contradicted.</param>
public sealed record MeasuresView(int Coverage, int Completeness, int? Freshness, int? Consistency, int? Verification, Measures Facts)
{
    public static MeasuresView Of(Measures m) => new(m.Coverage, m.Completeness, m.Freshness, m.Consistency, m.Verification, m);
}

public sealed record FieldCoverageView(string Field, MeasuresView Measures);

public sealed record TypeCoverageView(string Type, string Title, long Things, MeasuresView Measures, IReadOnlyList<FieldCoverageView> Fields);

public sealed record CategoryCoverageView(string Category, MeasuresView Measures, IReadOnlyList<TypeCoverageView> Types);

public sealed record NeedView(NeedDefinition Need, NeedState State, string Says, long Things, IReadOnlyList<FieldNeedView> Fields);

public sealed record FieldNeedView(string Field, NeedState State, MeasuresView Measures);

public sealed record NeedsView(Readiness Readiness, MeasuresView Measures, IReadOnlyList<NeedView> Needs)
{
    public static NeedsView Of(NeedsVerdict v) => new(v.Readiness, MeasuresView.Of(v.Measures), [.. v.Needs.Select(n => new NeedView(
        n.Need, n.State, n.Says, n.Things, [.. n.Fields.Select(f => new FieldNeedView(f.Field, f.State, MeasuresView.Of(f.Measures)))]))]);
}

public sealed record AgentCoverageView(Guid AgentId, string Name, NeedsView Needs);

/// <param name="History">The last value of each day on which somebody looked, for each category.</param>
public sealed record CoverageView(MeasuresView Measures, IReadOnlyList<CategoryCoverageView> Categories, IReadOnlyList<AgentCoverageView> Agents, IReadOnlyList<CoverageDayView> History)
{
    public static CoverageView Of(BizQ.Core.Context.Coverage c) => new(
        MeasuresView.Of(c.Measures),
        [.. c.Categories.Select(k => new CategoryCoverageView(k.Category, MeasuresView.Of(k.Measures), [.. k.Types.Select(t => new TypeCoverageView(
            t.Type, t.Title, t.Things, MeasuresView.Of(t.Measures), [.. t.Fields.Select(f => new FieldCoverageView(f.Field, MeasuresView.Of(f.Measures)))]))]))],
        [.. c.Agents.Select(a => new AgentCoverageView(a.AgentId, a.Name, NeedsView.Of(a.Verdict)))],
        [.. c.History.Select(p => new CoverageDayView(p.Day, p.Category, p.Measures.Coverage))]);
}

public sealed record CoverageDayView(DateOnly Day, string Category, int Coverage);

internal static class CoverageApi
{
    public static void MapCoverage(this RouteGroupBuilder context)
    {
        context.MapGet("/coverage", Coverage).WithSummary("How much of what agents and people need to know is known, fresh, undisputed and verified, by category and for each agent").Produces<CoverageView>();
        context.MapGet("/coverage/missing", Missing).WithSummary("The entities of a type of which a field is not known, or not freshly").Produces<Page<EntityView>>();
        context.MapGet("/needs/{agent:guid}", Needs).WithSummary("What an agent needs beside what is known: the verdict its runs begin by").Produces<NeedsView>();
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

    private static async Task<IResult> Needs(Guid agent, HttpContext http, CheckNeeds check) =>
        (await check.OfAgent(http.User.ToActor()!, agent, http.RequestAborted)).ToHttp(verdict => Results.Json(NeedsView.Of(verdict), Json.Options));
}
