using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>Stops an import, which keeps what is in, or has what it added taken out again.</summary>
public sealed class EndImport(BizQDatabase database, TimeProvider clock)
{
    // Each attempt loses only to a chunk of rows that was committed meanwhile, and those take a second.
    private const int Attempts = 20;

    public Task<Outcome<EntityImport>> Cancel(Actor actor, Guid id, CancellationToken cancel) => Change(actor, id, import =>
    {
        if (import.State is not (ImportState.Mapping or ImportState.Queued or ImportState.Running))
            return Refusal.Conflict("endedAlready", $"{import.FileName} is not being imported any more.");
        (import.State, import.EndedAt, import.WorkUntil) = (ImportState.Cancelled, clock.GetUtcNow(), null);
        return null;
    }, cancel);

    /// <summary>In the background, like the import itself: what somebody has changed since stays.</summary>
    public Task<Outcome<EntityImport>> Undo(Actor actor, Guid id, CancellationToken cancel) => Change(actor, id, import =>
    {
        if (!import.CanBeUndone)
            return Refusal.Conflict("cannotBeUndone", import.Changed > 0
                ? $"{import.FileName} changed {import.Changed:N0} that were there before, so taking out the others would leave it half undone. Each entity's history can be restored by itself."
                : $"{import.FileName} added nothing that could be taken out again.");
        (import.State, import.EndedAt, import.WorkUntil, import.Attempts) = (ImportState.Undoing, null, null, 0);
        return null;
    }, cancel);

    private async Task<Outcome<EntityImport>> Change(Actor actor, Guid id, Func<EntityImport, Refusal?> change, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        for (var attempt = 1; ; attempt++)
        {
            await using var db = database.Open(actor.WorkspaceId);
            if (await db.Imports.FirstOrDefaultAsync(i => i.Id == id, cancel) is not { } import)
                return Refusal.NotFound("import");
            if (change(import) is { } refusal)
                return refusal;
            try
            {
                await db.SaveChangesAsync(cancel);
                return import;
            }
            catch (DbUpdateConcurrencyException) when (attempt < Attempts)
            {
                // Another chunk is in: it is decided anew.
            }
        }
    }
}
