using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Workspaces.Keys;

/// <summary>Ends a key, for good and with the next request. Revoking twice changes nothing.</summary>
public sealed class RevokeKey(BizQDatabase database, TimeProvider clock)
{
    public async Task<Outcome<Done>> Run(Actor actor, Guid keyId, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.Administer) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.ApiKeys.FirstOrDefaultAsync(key => key.Id == keyId, cancel) is not { } key)
            return Refusal.NotFound("key");
        key.RevokedAt ??= clock.GetUtcNow();
        await db.SaveChangesAsync(cancel);
        return new Done();
    }
}
