using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Runs;

/// <summary>How large what a step took and made is, in characters.</summary>
internal sealed record StepSize(Guid Id, int Input, int Output)
{
    /// <summary>Asked of the database, so that the texts themselves need not be read. The ids must come from a query of the workspace.</summary>
    public static async Task<IReadOnlyDictionary<Guid, StepSize>> Of(BizQDb db, IReadOnlyList<Guid> steps, CancellationToken cancel)
    {
        if (steps.Count == 0)
            return new Dictionary<Guid, StepSize>();
        var holes = string.Join(", ", Enumerable.Range(0, steps.Count).Select(n => $"{{{n}}}"));
#pragma warning disable EF1002, EF1003 // Only the number of holes is put into the text, never a value.
        var sizes = db.Database.SqlQueryRaw<StepSize>(
            "SELECT id AS \"Id\", coalesce(length(CAST(input AS text)), 0) AS \"Input\", coalesce(length(CAST(output AS text)), 0) AS \"Output\" FROM run_steps WHERE id IN (" + holes + ")",
            [.. steps.Cast<object>()]);
#pragma warning restore EF1002, EF1003
        return await sizes.ToDictionaryAsync(size => size.Id, cancel);
    }
}
