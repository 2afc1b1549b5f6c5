using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Agents;

/// <summary>How an agent is doing. Rates are over the runs that began in the last <see cref="Days"/> days.</summary>
/// <param name="SuccessRate">0 to 1 of the runs that ended; null when none did.</param>
public sealed record AgentHealth(int Runs, int Succeeded, int Failed, int Going, int WaitingApprovals, double? SuccessRate, DateTimeOffset? LastRunAt, RunStatus? LastRunStatus)
{
    public const int Days = 30;

    private static readonly RunStatus[] Ended = [RunStatus.Succeeded, RunStatus.Failed, RunStatus.Cancelled];

    internal static async Task<IReadOnlyDictionary<Guid, AgentHealth>> Of(BizQDb db, IReadOnlyList<Guid> agents, DateTimeOffset now, CancellationToken cancel)
    {
        var since = now.AddDays(-Days);
        var counts = await db.Runs.Where(r => agents.Contains(r.AgentId) && r.StartedAt >= since && !r.Rehearsal)
            .GroupBy(r => new { r.AgentId, r.Status }).Select(g => new { g.Key.AgentId, g.Key.Status, Count = g.Count() }).ToListAsync(cancel);
        // One look into the index for each agent, however many runs it has had.
        var newest = await db.Agents.Where(a => agents.Contains(a.Id)).Select(a => db.Runs.Where(r => r.AgentId == a.Id).OrderByDescending(r => r.Id).Select(r => (Guid?)r.Id).FirstOrDefault()).ToListAsync(cancel);
        var last = await db.Runs.Where(r => newest.Contains(r.Id)).Select(r => new { r.AgentId, r.StartedAt, r.Status }).ToDictionaryAsync(r => r.AgentId, cancel);
        var waiting = await db.Approvals.Where(a => agents.Contains(a.AgentId) && a.State == ApprovalState.Open)
            .GroupBy(a => a.AgentId).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancel);
        return agents.ToDictionary(id => id, id =>
        {
            var mine = counts.Where(c => c.AgentId == id).ToDictionary(c => c.Status, c => c.Count);
            var (all, good, bad) = (mine.Values.Sum(), mine.GetValueOrDefault(RunStatus.Succeeded), mine.GetValueOrDefault(RunStatus.Failed));
            last.TryGetValue(id, out var run);
            return new AgentHealth(
                all, good, bad, all - Ended.Sum(status => mine.GetValueOrDefault(status)), waiting.GetValueOrDefault(id),
                good + bad == 0 ? null : (double)good / (good + bad), run?.StartedAt, run?.Status);
        });
    }
}
