using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Triggers;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Agents.Queues;

/// <summary>A queue that an agent's current version reads. Equal when nothing about reading it differs.</summary>
/// <param name="Name">What the broker calls it.</param>
internal sealed record QueueTrigger(Guid WorkspaceId, Guid AgentId, string TriggerId, string Name)
{
    private const int PageSize = 500;

    /// <summary>Of all active agents. A paused one reads nothing: its messages wait in the broker.</summary>
    public static async Task<HashSet<QueueTrigger>> All(BizQDatabase database, VersionTriggers triggers, CancellationToken cancel)
    {
        var all = new HashSet<QueueTrigger>();
        await using var db = database.OpenUnscoped();
        var workspaces = await db.Workspaces.AsNoTracking().ToDictionaryAsync(w => w.Id, cancel);
        for (var after = Guid.Empty; ;)
        {
            var page = await db.Agents.IgnoreQueryFilters([BizQDb.WorkspaceFilter]).AsNoTracking()
                .Where(a => a.Id > after && a.Status == AgentStatus.Active && a.CurrentVersionId != null).OrderBy(a => a.Id).Take(PageSize).ToListAsync(cancel);
            foreach (var agent in page)
            {
                foreach (var trigger in (await triggers.Of(db, agent.CurrentVersionId!.Value, cancel)).Where(t => t is { Kind: "queue", Queue: not null }))
                    all.Add(new QueueTrigger(agent.WorkspaceId, agent.Id, trigger.Id, QueueNames.Of(workspaces[agent.WorkspaceId], trigger.Queue!)));
            }
            if (page.Count < PageSize)
                return all;
            after = page[^1].Id;
        }
    }
}
