using System.Globalization;
using BizQ.Core.Data;
using BizQ.Core.Data.Archiving;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Runs;

/// <param name="Path">Only steps of this round of a loop, such as "each/3"; empty for those outside of loops; null for all.</param>
/// <param name="Cursor">The sequence after which the page starts.</param>
public sealed record StepFilter(Guid RunId, string? Path = null, int? Limit = null, string? Cursor = null);

/// <summary>A step in a list: with what it took and made unless that is large, and how large it is.</summary>
/// <param name="InputBytes">0 when there is none.</param>
public sealed record ListedStep(RunStep Step, int InputBytes, int OutputBytes)
{
    /// <summary>Its input or output is left out here: reading the step by itself gives it.</summary>
    public bool Shortened => InputBytes + OutputBytes > ListSteps.MostBytes;
}

/// <summary>The steps of a run in the order they were recorded, a page at a time.</summary>
public sealed class ListSteps(BizQDatabase database)
{
    /// <summary>A step's input and output together; larger ones are left out of lists.</summary>
    public const int MostBytes = 100_000;

    public async Task<Outcome<Page<ListedStep>>> Run(Actor actor, StepFilter filter, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } lacking)
            return lacking;
        var after = 0;
        if (!string.IsNullOrEmpty(filter.Cursor) && !int.TryParse(filter.Cursor, NumberStyles.None, CultureInfo.InvariantCulture, out after))
            return Refusal.Invalid("badCursor", "This cursor is not one that a list of steps gave out. Start again without it.");
        var size = Page<RunStep>.Size(filter.Limit);
        await using var db = database.Open(actor.WorkspaceId);
        if (!await db.Runs.AnyAsync(r => r.Id == filter.RunId, cancel))
            return Refusal.NotFound("run");
        var steps = db.RunSteps.AsNoTracking().Where(s => s.RunId == filter.RunId && s.Sequence > after);
        if (filter.Path is { } path)
            steps = steps.Where(s => s.Path == path);
        var page = await Listed(db, steps.OrderBy(s => s.Sequence).Take(size + 1), cancel);
        await CoverSteps.Of(db, actor, filter.RunId, [.. page.Select(listed => listed.Step)], cancel);
        return page.Count > size
            ? new Page<ListedStep>(page[..size], page[size - 1].Step.Sequence.ToString(CultureInfo.InvariantCulture))
            : new Page<ListedStep>(page, null);
    }

    /// <summary>Sizes first, so that a page of megabytes is never read.</summary>
    private static async Task<List<ListedStep>> Listed(BizQDb db, IQueryable<RunStep> steps, CancellationToken cancel)
    {
        var ids = await steps.Select(s => s.Id).ToListAsync(cancel);
        var sizes = await StepSize.Of(db, ids, cancel);
        var small = ids.Where(id => sizes[id] is var size && size.Input + size.Output <= MostBytes).ToList();
        var whole = await db.RunSteps.AsNoTracking().Where(s => small.Contains(s.Id)).ToDictionaryAsync(s => s.Id, cancel);
        var large = ids.Except(small).ToList();
        var slim = large.Count == 0 ? [] : await Slim(db.RunSteps.AsNoTracking().Where(s => large.Contains(s.Id))).ToDictionaryAsync(s => s.Id, cancel);
        return [.. ids.Select(id => Listed(whole.GetValueOrDefault(id) ?? slim[id], sizes[id]))];
    }

    /// <summary>What lies in the archive counts as large as it is, not as its reference.</summary>
    private static ListedStep Listed(RunStep step, StepSize size) =>
        new(step, ArchivedJson.In(step.Input)?.Bytes ?? size.Input, ArchivedJson.In(step.Output)?.Bytes ?? size.Output);

    /// <summary>Steps without what they took, made and relied on.</summary>
    internal static IQueryable<RunStep> Slim(IQueryable<RunStep> steps) => steps.Select(s => new RunStep
    {
        Id = s.Id,
        WorkspaceId = s.WorkspaceId,
        RunId = s.RunId,
        NodeId = s.NodeId,
        Path = s.Path,
        Kind = s.Kind,
        Title = s.Title,
        Sequence = s.Sequence,
        Status = s.Status,
        Model = s.Model,
        InputTokens = s.InputTokens,
        OutputTokens = s.OutputTokens,
        CostUsd = s.CostUsd,
        EffectId = s.EffectId,
        ApprovalId = s.ApprovalId,
        LiveEdges = s.LiveEdges,
        Error = s.Error,
        Attempt = s.Attempt,
        StartedAt = s.StartedAt,
        CompletedAt = s.CompletedAt,
        WakeAt = s.WakeAt,
        WaitsFor = s.WaitsFor,
        DurationMs = s.DurationMs,
    });
}
