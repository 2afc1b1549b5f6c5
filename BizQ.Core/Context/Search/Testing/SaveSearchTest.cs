using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <param name="Marks">At least one of them right: with nothing to find, nothing can be found better.</param>
public sealed record SaveSearchTestRequest(string Query, IReadOnlyList<Marked> Marks);

/// <summary>Keeps a question with its marks as a test; the one of the same question is replaced.</summary>
public sealed class SaveSearchTest(BizQDatabase database, Ids ids, TimeProvider clock)
{
    public const int QueryLength = 2000;

    public const int MostMarks = 100;

    /// <summary>All of them run when weights are changed.</summary>
    public const int MostTests = 500;

    public async Task<Outcome<SearchTest>> Run(Actor actor, SaveSearchTestRequest request, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } refusal)
            return refusal;
        var query = request.Query.Trim();
        if (query.Length is 0 or > QueryLength)
            return Refusal.Invalid("badQuestion", $"A test needs a question of at most {QueryLength:N0} characters.");
        if (!request.Marks.Any(m => m.Right) || request.Marks.Count > MostMarks)
            return Refusal.Invalid("nothingRight", $"Mark at least one answer as right, and at most {MostMarks}. Without one there is nothing to find better.");
        await using var db = database.Open(actor.WorkspaceId);
        // Longer than a lookup takes, questions are told apart by what they begin with.
        var lookup = Lookup.Of(query) ?? Lookup.Of(query[..200]) ?? query[..Math.Min(query.Length, 200)];
        var test = await db.SearchTests.SingleOrDefaultAsync(t => t.LookupQuery == lookup, cancel);
        if (test is null)
        {
            if (await db.SearchTests.CountAsync(cancel) >= MostTests)
                return Refusal.TooLarge("tooManyTests", $"There are {MostTests} tests already. Remove one that tells nothing any more.");
            test = new SearchTest { Id = ids.New(), WorkspaceId = actor.WorkspaceId, Query = query, LookupQuery = lookup, Marks = Json.Element(request.Marks), SavedBy = actor.Name, SavedAt = clock.GetUtcNow() };
            db.Add(test);
        }
        else
        {
            (test.Query, test.Marks, test.SavedBy, test.SavedAt) = (query, Json.Element(request.Marks), actor.Name, clock.GetUtcNow());
        }
        try
        {
            await db.SaveChangesAsync(cancel);
            return test;
        }
        catch (Exception problem) when (problem.IsLostRace())
        {
            return Refusal.Conflict("changedMeanwhile", "Somebody saved a test of the same question at this moment. Load the page again to see it.");
        }
    }

    public async Task<Outcome<Done>> Remove(Actor actor, Guid id, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        return await db.SearchTests.Where(t => t.Id == id).ExecuteDeleteAsync(cancel) == 0 ? Refusal.NotFound("test") : new Done();
    }
}
