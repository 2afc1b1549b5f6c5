using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>One test under two sets of weights.</summary>
/// <param name="Before">nDCG@10 with the workspace's weights.</param>
/// <param name="After">The same with the weights tried.</param>
/// <param name="WrongBefore">Answers marked as wrong that are among the first ten.</param>
public sealed record SearchTestResult(Guid Id, string Query, int Right, string SavedBy, DateTimeOffset SavedAt, double? Before, double? After, int WrongBefore, int WrongAfter);

/// <summary>Lists the tests of search, and runs all of them with the workspace's weights and with others.</summary>
public sealed class RunSearchTests(BizQDatabase database, SearchContext search)
{
    /// <summary>The tests, newest first, not run.</summary>
    public async Task<Outcome<IReadOnlyList<SearchTestResult>>> List(Actor actor, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        return (await Tests(actor, cancel)).ConvertAll(test => new SearchTestResult(test.Id, test.Query, test.MarksOf().Count(m => m.Right), test.SavedBy, test.SavedAt, null, null, 0, 0));
    }

    public async Task<Outcome<IReadOnlyList<SearchTestResult>>> Run(Actor actor, SearchWeights tried, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        if (!tried.IsSound)
            return SearchContext.BadWeights;
        List<SearchTestResult> results = [];
        foreach (var test in await Tests(actor, cancel))
        {
            var marks = test.MarksOf();
            var before = await Gain(actor, test.Query, null, marks, cancel);
            var after = await Gain(actor, test.Query, tried, marks, cancel);
            results.Add(new SearchTestResult(test.Id, test.Query, marks.Count(m => m.Right), test.SavedBy, test.SavedAt, before.Gain, after.Gain, before.WrongShown, after.WrongShown));
        }
        return results;
    }

    private async Task<List<SearchTest>> Tests(Actor actor, CancellationToken cancel)
    {
        await using var db = database.Open(actor.WorkspaceId);
        return await db.SearchTests.AsNoTracking().OrderByDescending(t => t.SavedAt).ThenByDescending(t => t.Id).Take(SaveSearchTest.MostTests).ToListAsync(cancel);
    }

    private async Task<(double Gain, int WrongShown)> Gain(Actor actor, string text, SearchWeights? weights, IReadOnlyList<Marked> marks, CancellationToken cancel)
    {
        var found = await search.Run(actor, new SearchQuery(text, Limit: SearchGain.Depth) { Filters = true, Weights = weights }, cancel);
        return SearchGain.Of([.. found.Value.Items.Select(hit => (hit.Id, hit.OwnerId))], marks);
    }
}
