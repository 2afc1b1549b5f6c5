namespace BizQ.Core.Context;

/// <summary>
/// Reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009): what several ways of searching put high comes out high, whatever
/// their scores mean. What a way scores alike has one place in it. Pure.
/// </summary>
internal static class Fusion
{
    // The paper's constant: how little it matters whether something is first or third.
    private const double Evenness = 60;

    public static List<Ranked> Of(params IReadOnlyList<IReadOnlyList<Ranked>> ways) => Of([.. ways.Select(way => (1.0, way))]);

    public static List<Ranked> Of(IReadOnlyList<(double Weight, IReadOnlyList<Ranked> Found)> ways)
    {
        Dictionary<long, double> scores = [];
        foreach (var (weight, found) in ways)
        {
            if (weight <= 0)
                continue;
            foreach (var (place, row) in Places(found))
                scores[row] = scores.GetValueOrDefault(row) + (weight / (Evenness + place));
        }
        return [.. scores.Select(score => new Ranked(score.Key, score.Value)).OrderByDescending(r => r.Score).ThenByDescending(r => r.Row)];
    }

    /// <summary>From 1.</summary>
    public static IEnumerable<(int Place, long Row)> Places(IReadOnlyList<Ranked> found)
    {
        var place = 0;
        for (var i = 0; i < found.Count; i++)
        {
            if (i == 0 || found[i].Score != found[i - 1].Score)
                place = i + 1;
            yield return (place, found[i].Row);
        }
    }
}
