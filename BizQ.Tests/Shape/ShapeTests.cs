namespace BizQ.Tests.Shape;

/// <summary>The rules of how this code reads, held by the machine.</summary>
public sealed class ShapeTests
{
    private static readonly Rule[] Rules = [.. FloorRules.All, .. SizeRules.All, .. TypeRules.All, .. TextRules.All];

    public static TheoryData<string> Names => new(Rules.Select(rule => rule.Name));

    [Theory, MemberData(nameof(Names))]
    public void The_code_keeps(string rule)
    {
        Assert.NotEmpty(Source.All);
        var broken = Find(rule).Broken(Source.All).ToList();
        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    [Theory, MemberData(nameof(Names))]
    public void The_rule_reports_what_breaks(string rule) =>
        Assert.All(Find(rule).Offenders, offender => Assert.NotEmpty(Find(rule).Broken(offender)));

    private static Rule Find(string name) => Rules.Single(rule => rule.Name == name);
}
