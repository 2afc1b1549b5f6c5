namespace BizQ.Web.Context.Coverage;

public sealed record FieldCoverageView(string Field, MeasuresView Measures);

public sealed record TypeCoverageView(string Type, string Title, long Things, MeasuresView Measures, IReadOnlyList<FieldCoverageView> Fields);

public sealed record CategoryCoverageView(string Category, MeasuresView Measures, IReadOnlyList<TypeCoverageView> Types);

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
