using System.Globalization;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Runs;

/// <param name="Loop">Where the loop stands: its node's id, behind the round it is in itself, such as "each" or "each/3/inner".</param>
/// <param name="Failed">Only rounds in which a step failed.</param>
/// <param name="Cursor">The index of the last round of the page before.</param>
public sealed record RoundFilter(Guid RunId, string Loop, bool Failed = false, int? Limit = null, string? Cursor = null);

/// <summary>One round of a loop, folded.</summary>
/// <param name="Status">Failed when a step of it did, else Waiting when one does, else Skipped when it was given up, else Succeeded.</param>
public sealed record Round(string Path, int Index, StepStatus Status, int Steps, DateTimeOffset StartedAt, DateTimeOffset? CompletedAt);

/// <param name="Count">Rounds that have begun.</param>
public sealed record RoundPage(IReadOnlyList<Round> Items, string? Next, int Count, int Failed);

/// <summary>The rounds of a loop a page at a time, oldest first: a loop over ten thousand items has as many.</summary>
public sealed class ListRounds(BizQDatabase database)
{
    public async Task<Outcome<RoundPage>> Run(Actor actor, RoundFilter filter, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } lacking)
            return lacking;
        var after = -1;
        if (!string.IsNullOrEmpty(filter.Cursor) && !int.TryParse(filter.Cursor, NumberStyles.None, CultureInfo.InvariantCulture, out after))
            return Refusal.Invalid("badCursor", "This cursor is not one that a list of rounds gave out. Start again without it.");
        await using var db = database.Open(actor.WorkspaceId);
        if (!await db.Runs.AnyAsync(r => r.Id == filter.RunId, cancel))
            return Refusal.NotFound("run");
        if (filter.Loop.Length == 0)
            return Refusal.Invalid("loopMissing", "Name the loop whose rounds you want, such as ?loop=each.", new Problem("/loop", "The id of the loop's node."));
        var (prefix, size) = ($"{filter.Loop}/", Page<Round>.Size(filter.Limit));
        // Steps of its rounds themselves: those of loops within them stand further down.
        var steps = db.RunSteps.AsNoTracking().Where(s => s.RunId == filter.RunId && s.Path != "" && s.Path.StartsWith(prefix) && !s.Path.Substring(prefix.Length).Contains('/'));
        var failed = steps.Where(s => s.Status == StepStatus.Failed).Select(s => s.Path).Distinct();
        var count = await steps.Select(s => s.Path).Distinct().CountAsync(cancel);
        var paths = filter.Failed
            ? (await failed.ToListAsync(cancel)).Where(path => IndexOf(path, prefix) > after).OrderBy(path => IndexOf(path, prefix)).Take(size + 1).ToList()
            : [.. Enumerable.Range(after + 1, size + 1).Select(index => $"{prefix}{index}")];
        var found = await steps.Where(s => paths.Contains(s.Path)).Select(s => new { s.Path, s.Status, s.StartedAt, s.CompletedAt }).ToListAsync(cancel);
        var rounds = found.GroupBy(s => s.Path).Select(same => new Round(
            same.Key, IndexOf(same.Key, prefix), Worst(same.Select(s => s.Status)), same.Count(), same.Min(s => s.StartedAt),
            same.Any(s => s.CompletedAt is null) ? null : same.Max(s => s.CompletedAt))).OrderBy(round => round.Index).ToList();
        var more = rounds.Count > size;
        return new RoundPage(
            more ? rounds[..size] : rounds,
            more ? rounds[size - 1].Index.ToString(CultureInfo.InvariantCulture) : null,
            count,
            await failed.CountAsync(cancel));
    }

    private static int IndexOf(string path, string prefix) => int.Parse(path.AsSpan(prefix.Length), CultureInfo.InvariantCulture);

    private static StepStatus Worst(IEnumerable<StepStatus> states)
    {
        var all = states.ToHashSet();
        return all.Contains(StepStatus.Failed) ? StepStatus.Failed : all.Contains(StepStatus.Waiting) ? StepStatus.Waiting : all.Contains(StepStatus.Skipped) ? StepStatus.Skipped : StepStatus.Succeeded;
    }
}
