using System.Text.Json;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Runs;

/// <summary>
/// Steps as somebody may see them. From the step on that read a document which is not for this person, what the run's steps
/// took and made is withheld: it may repeat the document. What the run wants to do stays to be seen, or nobody could decide it.
/// </summary>
internal static class CoverSteps
{
    public static readonly JsonElement Withheld = Json.Element(new { withheld = "It was made from a document that you may not read." });

    /// <returns>Whether anything is withheld.</returns>
    public static async Task<bool> Of(BizQDb db, Actor actor, Guid runId, IReadOnlyList<RunStep> steps, CancellationToken cancel)
    {
        // Most businesses restrict nothing: then no evidence need be read.
        if (!await Access.AnyRestricted(db, actor, cancel))
            return false;
        var readers = await db.RunSteps.AsNoTracking().Where(s => s.RunId == runId && s.Evidence != null).OrderBy(s => s.Sequence).Select(s => new { s.Sequence, s.Evidence }).ToListAsync(cancel);
        var hidden = await Access.Hidden(db, actor, readers.SelectMany(s => Read(s.Evidence)), cancel);
        if (hidden.Count == 0)
            return false;
        var from = readers.First(s => Read(s.Evidence).Any(e => Access.IsOf(e, hidden))).Sequence;
        foreach (var step in steps.Where(s => s.Sequence >= from))
        {
            step.Input = step.Input is null ? null : Withheld;
            step.Output = step.Output is null ? null : Withheld;
            step.Evidence = step.Evidence is null ? null : Json.Element(Read(step.Evidence).Select(e => Access.IsOf(e, hidden) ? Access.Covered(e) : e));
        }
        return true;
    }

    private static List<Evidence> Read(JsonElement? evidence) => evidence is { ValueKind: JsonValueKind.Array } list ? Json.Read<List<Evidence>>(list)! : [];
}
