using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>Lets an import begin with a mapping: it queues, and is worked on in the background, one at a time in a workspace.</summary>
public sealed class StartImport(BizQDatabase database, Archive archive)
{
    public async Task<Outcome<EntityImport>> Run(Actor actor, Guid id, ImportMapping mapping, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Imports.FirstOrDefaultAsync(i => i.Id == id, cancel) is not { } import)
            return Refusal.NotFound("import");
        if (import.State != ImportState.Mapping)
            return Refusal.Conflict("startedAlready", $"{import.FileName} has been started already. Upload it again to import it another way.");
        var table = await ImportSource.Open(archive, import, mapping.Sheet, cancel);
        if (table.Refusal is { } broken)
            return broken;
        if (mapping.Check(table.Value.Columns) is { } wrong)
            return wrong;
        var rows = await Task.Run(() => table.Value.Count(import.FileName, cancel), cancel);
        if (rows.Refusal is { } refusal)
            return refusal;
        (import.Mapping, import.Type, import.Rows, import.State) = (Json.Element(mapping), EntityLimits.NormalType(mapping.Type), rows.Value, ImportState.Queued);
        try
        {
            await db.SaveChangesAsync(cancel);
            return import;
        }
        catch (DbUpdateConcurrencyException)
        {
            return Refusal.Conflict("startedAlready", $"Somebody else has started or cancelled {import.FileName} at the same moment.");
        }
    }
}
