using BizQ.Core.Agents;
using BizQ.Core.Context;

namespace BizQ.Web.Context.Coverage;

/// <summary>How well something is known: each figure 0 to 100, with the numbers of facts behind it. Left out while nothing is known that could be judged.</summary>
/// <param name="Coverage">Of what is expected, how much is known, fresh and not contradicted.</param>
public sealed record MeasuresView(int Coverage, int Completeness, int? Freshness, int? Consistency, int? Verification, Measures Facts)
{
    public static MeasuresView Of(Measures m) => new(m.Coverage, m.Completeness, m.Freshness, m.Consistency, m.Verification, m);
}

public sealed record NeedView(NeedDefinition Need, NeedState State, string Says, long Things, IReadOnlyList<FieldNeedView> Fields);

public sealed record FieldNeedView(string Field, NeedState State, MeasuresView Measures);

public sealed record NeedsView(Readiness Readiness, MeasuresView Measures, IReadOnlyList<NeedView> Needs)
{
    public static NeedsView Of(NeedsVerdict v) => new(v.Readiness, MeasuresView.Of(v.Measures), [.. v.Needs.Select(n => new NeedView(
        n.Need, n.State, n.Says, n.Things, [.. n.Fields.Select(f => new FieldNeedView(f.Field, f.State, MeasuresView.Of(f.Measures)))]))]);
}

public sealed record AgentCoverageView(Guid AgentId, string Name, NeedsView Needs);
