namespace BizQ.Core.Context;

/// <summary>One type of entity in the map: how many there are, and each field that is expected of them.</summary>
public sealed record TypeCoverage(string Type, string Title, long Things, IReadOnlyList<FieldCoverage> Fields)
{
    public Measures Measures => Fields.Aggregate(default(Measures), (sum, one) => sum + one.Measures);
}

public sealed record FieldCoverage(string Field, Measures Measures);

public sealed record CategoryCoverage(string Category, IReadOnlyList<TypeCoverage> Types)
{
    public Measures Measures => Types.Aggregate(default(Measures), (sum, one) => sum + one.Measures);
}
