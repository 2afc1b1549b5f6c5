using System.Text.Json;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Runs;

/// <param name="Status">Only runs in one of these states; none given means all.</param>
/// <param name="Text">Words that the title must contain.</param>
/// <param name="Cursor">The id after which the page starts.</param>
public sealed record RunFilter(
    IReadOnlyList<RunStatus>? Status = null,
    Guid? AgentId = null,
    string? TaskType = null,
    string? Text = null,
    int? Limit = null,
    string? Cursor = null)
{
    /// <summary>Only runs that began at or after this moment.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Only runs that began before this moment.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Only runs that this one has called.</summary>
    public Guid? ParentId { get; init; }

    /// <summary>Whether it narrows at all; a change of many runs asks for that.</summary>
    internal bool Narrows => Status is { Count: > 0 } || AgentId is not null || !string.IsNullOrWhiteSpace(TaskType) || !string.IsNullOrWhiteSpace(Text) || Since is not null || Until is not null || ParentId is not null;
}

/// <summary>The runs of a workspace, newest first, without their inputs and outputs.</summary>
public sealed class ListRuns(BizQDatabase database)
{
    public async Task<Outcome<Page<RunRow>>> Run(Actor actor, RunFilter filter, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } lacking)
            return lacking;
        Guid? after = null;
        if (!string.IsNullOrEmpty(filter.Cursor))
        {
            if (!Guid.TryParse(filter.Cursor, out var cursor))
                return Refusal.Invalid("badCursor", "This cursor is not one that a list of runs gave out. Start again without it.");
            after = cursor;
        }
        var size = Page<RunRow>.Size(filter.Limit);
        await using var db = database.Open(actor.WorkspaceId);
        var rows = await Narrow(db, filter, after)
            .OrderByDescending(r => r.Id)
            .Take(size + 1)
            .Select(r => new RunRow(
                r.Id, r.AgentId, r.AgentName, r.TaskType, r.Title, r.Status, r.StartedByName, r.StartedAt, r.CompletedAt, r.DurationMs,
                r.CostUsd, r.MailId, db.RunSteps.Count(s => s.RunId == r.Id))
            {
                Error = r.Error,
                WakeAt = r.WakeAt,
                Rehearsal = r.Rehearsal,
                ParentRunId = r.ParentRunId,
                CancelRequestedAt = r.CancelRequestedAt,
                Held = (r.Status == RunStatus.Queued || r.Status == RunStatus.Running) && db.Agents.Any(a => a.Id == r.AgentId && a.Status == AgentStatus.Paused),
            })
            .ToListAsync(cancel);
        return rows.Count > size
            ? new Page<RunRow>(rows[..size], rows[size - 1].Id.ToString())
            : new Page<RunRow>(rows, null);
    }

    /// <summary>How many runs are in each state; states without runs are left out.</summary>
    public async Task<Outcome<IReadOnlyDictionary<RunStatus, int>>> Counts(Actor actor, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } lacking)
            return lacking;
        await using var db = database.Open(actor.WorkspaceId);
        return await db.Runs.GroupBy(r => r.Status).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancel);
    }

    /// <summary>How many match; the page size and the cursor do not count.</summary>
    public async Task<Outcome<int>> Count(Actor actor, RunFilter filter, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } lacking)
            return lacking;
        await using var db = database.Open(actor.WorkspaceId);
        return await Narrow(db, filter, null).CountAsync(cancel);
    }

    /// <summary>The ids of all that match, newest first, and how many more there are than were asked for.</summary>
    internal static async Task<(IReadOnlyList<Guid> Ids, int Left)> Ids(BizQDb db, RunFilter filter, int most, CancellationToken cancel)
    {
        var runs = Narrow(db, filter, null);
        var ids = await runs.OrderByDescending(r => r.Id).Select(r => r.Id).Take(most).ToListAsync(cancel);
        return (ids, ids.Count < most ? 0 : await runs.CountAsync(cancel) - ids.Count);
    }

    private static IQueryable<Run> Narrow(BizQDb db, RunFilter filter, Guid? after)
    {
        var runs = db.Runs.AsNoTracking();
        if (after is { } cursor)
            runs = runs.Where(r => r.Id < cursor);
        if (filter.Status is { Count: > 0 } status)
            runs = runs.Where(r => status.Contains(r.Status));
        if (filter.AgentId is { } agent)
            runs = runs.Where(r => r.AgentId == agent);
        if (filter.ParentId is { } parent)
            runs = runs.Where(r => r.ParentRunId == parent);
        // Ids carry the time they were made at, and the lists go by ids.
        if (filter.Since is { } since && Core.Ids.FirstOf(since) is var first)
            runs = runs.Where(r => r.Id >= first);
        if (filter.Until is { } until && Core.Ids.FirstOf(until) is var end)
            runs = runs.Where(r => r.Id < end);
        if (!string.IsNullOrWhiteSpace(filter.TaskType))
            runs = runs.Where(r => r.TaskType == filter.TaskType);
        foreach (var word in (filter.Text ?? "").ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Take(8))
#pragma warning disable CA1304, CA1311, CA1862 // This becomes SQL, where lower() has no culture.
            runs = runs.Where(r => r.Title.ToLower().Contains(word));
#pragma warning restore CA1304, CA1311, CA1862
        return runs;
    }
}

/// <summary>A run as a list shows it.</summary>
public sealed record RunRow(
    Guid Id, Guid AgentId, string AgentName, string TaskType, string Title, RunStatus Status, string StartedByName,
    DateTimeOffset StartedAt, DateTimeOffset? CompletedAt, int? DurationMs, decimal CostUsd, Guid? MailId, int Steps)
{
    public JsonElement? Error { get; init; }
    public DateTimeOffset? WakeAt { get; init; }
    public bool Rehearsal { get; init; }
    public Guid? ParentRunId { get; init; }
    public DateTimeOffset? CancelRequestedAt { get; init; }
    /// <summary>It rests because its agent is paused.</summary>
    public bool Held { get; init; }
}
