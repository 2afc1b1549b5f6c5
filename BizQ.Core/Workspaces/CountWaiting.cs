using BizQ.Core.Approvals;
using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Workspaces;

/// <summary>How many approvals wait for somebody: the badge in the rail.</summary>
public sealed class CountWaiting(BizQDatabase database)
{
    public async Task<int> Run(Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.View))
            return 0;
        await using var db = database.Open(actor.WorkspaceId);
        return await db.Approvals.CountAsync(approval => approval.State == ApprovalState.Open, cancel);
    }
}
