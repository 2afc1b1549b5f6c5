using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>The weights of the ways of searching that hold for a workspace: for its people and its agents.</summary>
public sealed class WeighSearch(BizQDatabase database)
{
    public async Task<Outcome<SearchWeights>> Read(Actor actor, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        return SearchWeights.Of(await db.Workspaces.Where(w => w.Id == actor.WorkspaceId).Select(w => w.Settings).SingleAsync(cancel));
    }

    public async Task<Outcome<SearchWeights>> Run(Actor actor, SearchWeights weights, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.Administer) is { } refusal)
            return refusal;
        if (!weights.IsSound)
            return SearchContext.BadWeights;
        await using var db = database.Open(actor.WorkspaceId);
        var workspace = await db.Workspaces.SingleAsync(w => w.Id == actor.WorkspaceId, cancel);
        workspace.Settings = SearchWeights.In(workspace.Settings, weights);
        try
        {
            await db.SaveChangesAsync(cancel);
            return weights;
        }
        catch (DbUpdateConcurrencyException)
        {
            return Refusal.Conflict("changedMeanwhile", "Somebody else changed the workspace's settings at this moment. Try again.");
        }
    }
}
