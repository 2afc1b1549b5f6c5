using System.Globalization;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>A gap with the agents that miss it, the most often first.</summary>
public sealed record GapDetail(Gap Gap, IReadOnlyList<GapAgent> Agents);

/// <param name="State">Null for those that are not closed: open and asked.</param>
/// <param name="OwnerId">Only whose owner is this person.</param>
public sealed record GapFilter(GapState? State = null, GapKind? Kind = null, Guid? OwnerId = null, int? Limit = null, string? Cursor = null);

/// <summary>What is missing, what was missed most often first.</summary>
public sealed class ListGaps(BizQDatabase database, TimeProvider clock)
{
    public async Task<Outcome<Page<GapDetail>>> Run(Actor actor, GapFilter filter, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        (int Misses, Guid Id)? after = null;
        if (filter.Cursor is { Length: > 0 } cursor)
        {
            if (cursor.Split('.') is not [var misses, var id] || !int.TryParse(misses, NumberStyles.None, CultureInfo.InvariantCulture, out var most) || !Guid.TryParse(id, out var last))
                return Refusal.Invalid("badCursor", "This cursor is not one that a list gave. Start again without it.");
            after = (most, last);
        }
        await using var db = database.Open(actor.WorkspaceId);
        await Review(db, cancel);
        var gaps = db.Gaps.AsNoTracking().Where(g => filter.State == null ? g.State == GapState.Open || g.State == GapState.Asked : g.State == filter.State);
        gaps = gaps.Where(g => (filter.Kind == null || g.Kind == filter.Kind) && (filter.OwnerId == null || g.OwnerId == filter.OwnerId));
        if (after is var (fewer, before))
            gaps = gaps.Where(g => g.Misses < fewer || (g.Misses == fewer && g.Id < before));
        var size = Page<GapDetail>.Size(filter.Limit);
        var page = await gaps.OrderByDescending(g => g.Misses).ThenByDescending(g => g.Id).Take(size + 1).ToListAsync(cancel);
        var items = await Details(db, [.. page.Take(size)], cancel);
        return new Page<GapDetail>(items, page.Count > size ? string.Create(CultureInfo.InvariantCulture, $"{page[size - 1].Misses}.{page[size - 1].Id}") : null);
    }

    public async Task<Outcome<GapDetail>> Read(Actor actor, Guid id, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        return await Details(db, await db.Gaps.AsNoTracking().Where(g => g.Id == id).ToListAsync(cancel), cancel) is [var one] ? one : Refusal.NotFound("gap");
    }

    public async Task<Outcome<int>> Count(Actor actor, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        return await db.Gaps.CountAsync(g => g.State == GapState.Open, cancel);
    }

    /// <summary>Closes those that agents need and that are known by now, however it came.</summary>
    internal async Task Review(BizQDb db, CancellationToken cancel)
    {
        var open = await db.Gaps.Where(g => (g.State == GapState.Open || g.State == GapState.Asked) && g.Type != null && g.Type != Access.Documents).OrderByDescending(g => g.Misses).Take(NoteGaps.MostOpen).ToListAsync(cancel);
        if (open.Count == 0)
            return;
        var now = clock.GetUtcNow();
        var verdict = await CheckNeeds.Judge(db, Actor.System(db.CurrentWorkspace), [.. open.Select(g => g.Need())], now, cancel);
        foreach (var (gap, need) in open.Zip(verdict.Needs).Where(pair => pair.Second.State == NeedState.Met))
            (gap.State, gap.ClosedAt) = (GapState.Filled, now);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (Exception problem) when (problem.IsLostRace())
        {
            // Somebody counted or closed one of them at this moment; the next look closes the others.
            db.ChangeTracker.Clear();
        }
    }

    private static async Task<List<GapDetail>> Details(BizQDb db, List<Gap> gaps, CancellationToken cancel)
    {
        var ids = gaps.Select(g => g.Id).ToList();
        var agents = (await db.GapAgents.AsNoTracking().Where(a => ids.Contains(a.GapId)).ToListAsync(cancel)).ToLookup(a => a.GapId);
        return [.. gaps.Select(g => new GapDetail(g, [.. agents[g.Id].OrderByDescending(a => a.Misses)]))];
    }
}
