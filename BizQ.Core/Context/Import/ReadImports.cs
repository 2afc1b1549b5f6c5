using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <param name="Problems">The first rows that could not be taken in, at most <see cref="ImportLimits.KeptProblems"/>; the import has the count of all.</param>
/// <param name="Ahead">Imports of the workspace that come before it.</param>
public sealed record ImportDetail(EntityImport Import, IReadOnlyList<ImportProblem> Problems, int Ahead);

/// <summary>The imports of a workspace, newest first, and what became of one.</summary>
public sealed class ReadImports(BizQDatabase database)
{
    public async Task<Outcome<Page<EntityImport>>> List(Actor actor, int? limit, string? cursor, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        var imports = db.Imports.AsNoTracking();
        if (cursor is { Length: > 0 })
        {
            if (!Guid.TryParse(cursor, out var after))
                return Refusal.Invalid("badCursor", "This cursor is not one that a list gave. Start again without it.");
            imports = imports.Where(i => i.Id < after);
        }
        var size = Page<EntityImport>.Size(limit);
        var items = await imports.OrderByDescending(i => i.Id).Take(size + 1).ToListAsync(cancel);
        return new Page<EntityImport>([.. items.Take(size)], items.Count > size ? items[size - 1].Id.ToString() : null);
    }

    /// <param name="problems">How many of them are wanted.</param>
    public async Task<Outcome<ImportDetail>> One(Actor actor, Guid id, int problems, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Imports.AsNoTracking().FirstOrDefaultAsync(i => i.Id == id, cancel) is not { } import)
            return Refusal.NotFound("import");
        // What a row held may be more than a viewer should see; those who could import it may.
        var wanted = actor.Can(Permission.EditContext) ? Math.Clamp(problems, 0, ImportLimits.KeptProblems) : 0;
        var kept = await db.ImportProblems.AsNoTracking().Where(p => p.ImportId == id).OrderBy(p => p.Id).Take(wanted).ToListAsync(cancel);
        var ahead = import.State == ImportState.Queued
            ? await db.Imports.CountAsync(i => i.State == ImportState.Running || i.State == ImportState.Undoing || (i.State == ImportState.Queued && i.Id < id), cancel)
            : 0;
        return new ImportDetail(import, kept, ahead);
    }

    /// <summary>The rows that could not be taken in, as a CSV file.</summary>
    public async Task<Outcome<string>> ProblemsAsCsv(Actor actor, Guid id, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        var detail = await One(actor, id, ImportLimits.KeptProblems, cancel);
        if (detail.Refusal is { } refusal)
            return refusal;
        var text = new System.Text.StringBuilder("row,column,value,problem\r\n");
        foreach (var p in detail.Value.Problems)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{p.Row},{CsvExport.Cell(p.Column ?? "")},{CsvExport.Cell(p.Value ?? "")},{CsvExport.Cell(p.Message)}\r\n");
        return text.ToString();
    }
}
