using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Models;

/// <summary>What one model did since a time.</summary>
public sealed record ModelUsage(string Model, int Calls, long InputTokens, long OutputTokens, decimal CostUsd, double AverageMs);

/// <summary>What models were used for in a workspace and what they cost, from the steps of its runs.</summary>
public sealed class ReadModelUsage(BizQDatabase database)
{
    public async Task<Outcome<IReadOnlyList<ModelUsage>>> Run(Actor actor, DateTimeOffset since, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } lacking)
            return lacking;
        var from = Ids.FirstOf(since);
        await using var db = database.Open(actor.WorkspaceId);
        var rows = await db.RunSteps.AsNoTracking()
            .Where(step => step.Id >= from && step.Model != null)
            .GroupBy(step => step.Model!)
            .Select(g => new
            {
                Model = g.Key,
                Calls = g.Count(),
                Input = g.Sum(step => (long)(step.InputTokens ?? 0)),
                Output = g.Sum(step => (long)(step.OutputTokens ?? 0)),
                // SQLite has no decimal to add up; a sum of money that is only looked at may be rounded.
                Cost = g.Sum(step => (double)(step.CostUsd ?? 0)),
                Average = g.Average(step => step.DurationMs ?? 0),
            })
            .ToListAsync(cancel);
        return rows.OrderByDescending(row => row.Calls)
            .Select(row => new ModelUsage(row.Model, row.Calls, row.Input, row.Output, Math.Round((decimal)row.Cost, 6), row.Average)).ToList();
    }
}
