using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>Counts what was missed. A gap that was filled and is missed again is open again; one that was dismissed is only counted.</summary>
public sealed class NoteGaps(BizQDatabase database, Ids ids, TimeProvider clock)
{
    /// <summary>When there are so many, nobody looks through them: searches open no further ones.</summary>
    public const int MostOpen = 2000;

    // Each attempt loses only to somebody who has just made the same gap.
    private const int Attempts = 4;

    private const int TitleLength = 300;

    public async Task Run(Actor actor, IReadOnlyList<Miss> misses, CancellationToken cancel)
    {
        // Who may not look at anything cannot miss anything.
        if (misses.Count == 0 || actor.Lacks(Permission.View) is not null)
            return;
        await using var db = database.Open(actor.WorkspaceId);
        foreach (var miss in misses)
            await Note(db, miss, cancel);
    }

    /// <summary>A search of an agent, or of a model that has not found what it needed, came to nothing.</summary>
    public async Task Nothing(Guid workspaceId, GapKind kind, string text, Guid? runId, Guid? agentId, string? agentName, CancellationToken cancel)
    {
        await using var db = database.Open(workspaceId);
        var known = await db.Gaps.Where(g => g.Kind == kind).OrderByDescending(g => g.LastAt).Take(MostOpen).Select(g => g.Cluster).ToListAsync(cancel);
        if (SearchCluster.Of(text, known) is not { } cluster || (known.Count >= MostOpen && !known.Contains(cluster)))
            return;
        var asked = text.ReplaceLineEndings(" ").Trim();
        await Note(db, new Miss(kind, cluster, asked.Length > TitleLength ? asked[..(TitleLength - 1)] + "…" : asked, null, null, runId, agentId, agentName), cancel);
    }

    private async Task Note(BizQDb db, Miss miss, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await Count(db, miss, cancel);
                return;
            }
            catch (Exception problem) when (problem.IsLostRace() && attempt < Attempts)
            {
                db.ChangeTracker.Clear();
            }
        }
    }

    /// <summary>In place, without reading first: a hundred runs that miss the same at once count to a hundred and never meet.</summary>
    private async Task Count(BizQDb db, Miss miss, CancellationToken cancel)
    {
        var (now, run) = (clock.GetUtcNow(), miss.RunId);
        var counted = await db.Gaps.Where(g => g.Cluster == miss.Cluster && (run == null || g.LastRunId == null || g.LastRunId != run)).ExecuteUpdateAsync(
            set => set.SetProperty(g => g.Misses, g => g.Misses + 1).SetProperty(g => g.LastAt, now).SetProperty(g => g.LastRunId, run)
                .SetProperty(g => g.State, g => g.State == GapState.Filled ? GapState.Open : g.State)
                .SetProperty(g => g.ClosedAt, g => g.State == GapState.Filled ? null : g.ClosedAt)
                .SetProperty(g => g.Title, g => g.Type == null ? g.Title : miss.Title)
                .SetProperty(g => g.Version, g => g.Version + 1),
            cancel);
        var gap = await db.Gaps.AsNoTracking().Where(g => g.Cluster == miss.Cluster).Select(g => (Guid?)g.Id).FirstOrDefaultAsync(cancel);
        if (counted == 0 && gap is not null)
            return;
        if (gap is null)
        {
            var made = new Gap
            {
                Id = ids.New(),
                WorkspaceId = db.CurrentWorkspace,
                Kind = miss.Kind,
                Cluster = miss.Cluster,
                Title = miss.Title,
                Type = miss.Type,
                Field = miss.Field,
                Misses = 1,
                FirstAt = now,
                LastAt = now,
                LastRunId = run,
            };
            db.Add(made);
            gap = made.Id;
        }
        if (miss.AgentId is { } agent)
            await CountAgent(db, gap.Value, agent, miss.AgentName ?? "", cancel);
        db.Tell(new(db.CurrentWorkspace, "gaps", gap.Value));
        await db.SaveChangesAsync(cancel);
    }

    private async Task CountAgent(BizQDb db, Guid gap, Guid agent, string name, CancellationToken cancel)
    {
        var counted = await db.GapAgents.Where(a => a.GapId == gap && a.AgentId == agent)
            .ExecuteUpdateAsync(set => set.SetProperty(a => a.Misses, a => a.Misses + 1).SetProperty(a => a.AgentName, name), cancel);
        if (counted == 0)
            db.Add(new GapAgent { Id = ids.New(), WorkspaceId = db.CurrentWorkspace, GapId = gap, AgentId = agent, AgentName = name, Misses = 1 });
    }
}
