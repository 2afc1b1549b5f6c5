using BizQ.Core.Data;
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

    public async Task Run(Guid workspaceId, IReadOnlyList<Miss> misses, CancellationToken cancel)
    {
        if (misses.Count == 0)
            return;
        await using var db = database.Open(workspaceId);
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

    private async Task Count(BizQDb db, Miss miss, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var gap = await db.Gaps.FirstOrDefaultAsync(g => g.Cluster == miss.Cluster, cancel);
        if (gap is null)
        {
            gap = new Gap { Id = ids.New(), WorkspaceId = db.CurrentWorkspace, Kind = miss.Kind, Cluster = miss.Cluster, Title = miss.Title, Type = miss.Type, Field = miss.Field, FirstAt = now, LastAt = now };
            db.Add(gap);
        }
        else if (miss.RunId is not null && gap.LastRunId == miss.RunId)
        {
            return;
        }
        (gap.Misses, gap.LastAt, gap.LastRunId) = (gap.Misses + 1, now, miss.RunId);
        if (gap.State == GapState.Filled)
            (gap.State, gap.ClosedAt) = (GapState.Open, null);
        if (miss.Field is not null || miss.Type is not null)
            gap.Title = miss.Title;
        if (miss.AgentId is { } agent)
            await CountAgent(db, gap, agent, miss.AgentName ?? "", cancel);
        await db.SaveChangesAsync(cancel);
    }

    private async Task CountAgent(BizQDb db, Gap gap, Guid agent, string name, CancellationToken cancel)
    {
        var row = await db.GapAgents.FirstOrDefaultAsync(a => a.GapId == gap.Id && a.AgentId == agent, cancel);
        if (row is null)
            db.Add(row = new GapAgent { Id = ids.New(), WorkspaceId = gap.WorkspaceId, GapId = gap.Id, AgentId = agent, AgentName = name });
        (row.Misses, row.AgentName) = (row.Misses + 1, name);
    }
}
