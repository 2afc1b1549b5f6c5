namespace BizQ.Core.Context;

/// <summary>
/// Reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009): what several ways of searching put high comes out high, whatever
/// their scores mean. Pure.
/// </summary>
internal static class Fusion
{
    // The paper's constant: how little it matters whether something is first or third.
    private const double Evenness = 60;

    public static List<Ranked> Of(params IReadOnlyList<IReadOnlyList<Ranked>> ways)
    {
        Dictionary<long, double> scores = [];
        foreach (var way in ways)
        {
            for (var place = 0; place < way.Count; place++)
                scores[way[place].Row] = scores.GetValueOrDefault(way[place].Row) + (1 / (Evenness + place + 1));
        }
        return [.. scores.Select(score => new Ranked(score.Key, score.Value)).OrderByDescending(r => r.Score).ThenByDescending(r => r.Row)];
    }
}
