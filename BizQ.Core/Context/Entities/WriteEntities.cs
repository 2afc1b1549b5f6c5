using BizQ.Core.Data;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Context;

/// <summary>Writes many entities at once, for imports and samples: all of them or none, in one transaction and a few queries.</summary>
public sealed class WriteEntities(BizQDatabase database, Ids ids, TimeProvider clock)
{
    /// <summary>More than this is several imports: the whole batch stands in memory.</summary>
    public const int Most = 20_000;

    // Each attempt loses only to a writer that won.
    private const int Attempts = 4;

    public async Task<Outcome<IReadOnlyList<Entity>>> Run(Actor actor, IReadOnlyList<WriteEntityRequest> requests, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        if (requests.Count > Most)
            return Refusal.TooLarge("batchTooLarge", $"{requests.Count:N0} entities came at once; at most {Most:N0} are taken. Send them in several parts.");
        List<Problem> problems = [.. requests.SelectMany((request, i) => EntityLimits.ProblemsOf(request).Select(p => p with { Pointer = $"/{i}{p.Pointer}" })).Take(100)];
        if (problems.Count > 0)
            return Refusal.Invalid("badEntity", "Some of these entities cannot be kept as they are, so none was written.", problems);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await Write(actor, requests, cancel);
            }
            catch (Exception problem) when (problem.IsLostRace())
            {
                // Somebody wrote one of them meanwhile: decide anew on what is there now.
                if (attempt == Attempts)
                    return Refusal.Conflict("changedMeanwhile", "Others kept changing the same entities, so none was written. Try again.");
            }
        }
    }

    private async Task<Outcome<IReadOnlyList<Entity>>> Write(Actor actor, IReadOnlyList<WriteEntityRequest> requests, CancellationToken cancel)
    {
        await using var db = database.Open(actor.WorkspaceId);
        // Scanning all rows again at every Add would make the batch quadratic; saving scans once.
        db.ChangeTracker.AutoDetectChangesEnabled = false;
        var batch = new EntityBatch(db, actor, ids, clock.GetUtcNow());
        await batch.Load(requests, cancel);
        List<Entity> written = new(requests.Count);
        for (var i = 0; i < requests.Count; i++)
        {
            var one = batch.Write(requests[i]);
            if (one.Refusal is { } refusal)
                return refusal with { Problems = [new Problem($"/{i}", refusal.Message), .. refusal.Problems ?? []] };
            written.Add(one.Value);
        }
        db.ChangeTracker.DetectChanges();
        await batch.Save(cancel);
        return written;
    }
}
