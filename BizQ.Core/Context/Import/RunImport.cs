using BizQ.Core.Data;
using BizQ.Core.Data.Postgres;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>An import that nobody works on, and whose.</summary>
public sealed record WaitingImport(Guid WorkspaceId, Guid Id);

/// <summary>
/// Does the work of imports, some time after they were started: chunk by chunk, each in one transaction with the progress, so that a
/// process that dies has neither lost nor repeated a row for the one that takes over. The row itself is the queue.
/// </summary>
public sealed class RunImport(BizQDatabase database, Archive archive, Ids ids, TimeProvider clock)
{
    // Longer than any chunk takes on a busy machine, and short enough that what a crash left goes on within half a minute.
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);

    // What takes down whoever works on it is not tried for ever.
    private const int MostAttempts = 3;

    // From so many rows on PostgreSQL's idea of the tables is too old to plan by.
    private const int ManyRows = 5_000;

    /// <summary>Of each workspace the oldest that may go on now.</summary>
    public async Task<IReadOnlyList<WaitingImport>> Waiting(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await using var db = database.OpenUnscoped();
        var open = await db.Imports.IgnoreQueryFilters([BizQDb.WorkspaceFilter]).AsNoTracking()
            .Where(i => i.State == ImportState.Queued || i.State == ImportState.Running || i.State == ImportState.Undoing)
            .Select(i => new { i.WorkspaceId, i.Id, i.State, i.WorkUntil }).ToListAsync(cancel);
        return [.. open.GroupBy(i => i.WorkspaceId).Where(g => !g.Any(i => i.WorkUntil > now))
            .Select(g => g.OrderBy(i => i.State == ImportState.Queued).ThenBy(i => i.Id).First()).Select(i => new WaitingImport(i.WorkspaceId, i.Id))];
    }

    /// <summary>Works on one to its end, unless somebody else does or another of its workspace goes first.</summary>
    public async Task One(WaitingImport waiting, CancellationToken cancel)
    {
        if (await Claim(waiting, cancel) is not { } import)
            return;
        try
        {
            if (import.Attempts > MostAttempts)
                await Finish(import, $"Work on it broke off three times after row {import.Done:N0}. What is in stays; import the rest in smaller parts.", cancel);
            else if (import.State == ImportState.Undoing)
                await Undo(import, cancel);
            else
                await Import(import, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The process is stopping in good order: the next one need not wait for the lease to end.
            await Release(import);
            throw;
        }
    }

    private async Task Import(EntityImport import, CancellationToken cancel)
    {
        var mapping = Json.Read<ImportMapping>(import.Mapping)!;
        var table = await ImportSource.Open(archive, import, mapping.Sheet, cancel);
        if (table.Refusal is { } broken)
        {
            await Finish(import, broken.Message, cancel);
            return;
        }
        var work = new ImportChunk(database, ids, clock, mapping, new MapRow(import, mapping, table.Value.Columns, import.CreatedAt), Lease);
        foreach (var chunk in table.Value.Rows.Skip(import.Done).Chunk(ImportChunk.Rows))
        {
            if (chunk.FirstOrDefault(r => !r.Ok) is { Refusal: { } damaged })
            {
                await Finish(import, damaged.Message, cancel);
                return;
            }
            var next = await work.Run(import, [.. chunk.Select(r => r.Value)], cancel);
            if (next is null)
                return;
            import = next;
        }
        await Finish(import, null, cancel);
    }

    private async Task Undo(EntityImport import, CancellationToken cancel)
    {
        var undo = new UndoChunk(database, ids, clock, Lease);
        while (await undo.Run(import, cancel) is { } next)
        {
            import = next;
            if (undo.Ended)
            {
                await Finish(import, null, cancel);
                return;
            }
        }
    }

    private async Task<EntityImport?> Claim(WaitingImport waiting, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(waiting.WorkspaceId);
        if (await db.Imports.AnyAsync(i => i.Id != waiting.Id && i.WorkUntil > now, cancel) || await db.Imports.FirstOrDefaultAsync(i => i.Id == waiting.Id, cancel) is not { } import)
            return null;
        if (import.WorkUntil > now || import.State is not (ImportState.Queued or ImportState.Running or ImportState.Undoing))
            return null;
        if (import.State == ImportState.Queued)
            import.State = ImportState.Running;
        import.StartedAt ??= now;
        (import.WorkUntil, import.Attempts) = (now + Lease, import.Attempts + 1);
        try
        {
            await db.SaveChangesAsync(cancel);
            return import;
        }
        catch (DbUpdateException problem) when (problem.IsLostRace())
        {
            // Somebody else was first: with this one, or with another of the workspace.
            return null;
        }
    }

    /// <param name="problem">Why it failed as a whole; null when it is done.</param>
    private async Task Finish(EntityImport held, string? problem, CancellationToken cancel)
    {
        await using var db = database.Open(held.WorkspaceId);
        var import = await db.Imports.SingleAsync(i => i.Id == held.Id, cancel);
        if (import.Version != held.Version)
            return;
        if (db is PostgresBizQDb && import.Added + import.Changed + import.Removed > ManyRows)
            await db.Database.ExecuteSqlAsync($"ANALYZE context_entities, facts, search_entries, context_entity_versions", cancel);
        import.State = import.State == ImportState.Undoing && problem is null ? ImportState.Undone : problem is null ? ImportState.Done : ImportState.Failed;
        (import.Problem, import.EndedAt, import.WorkUntil) = (problem, clock.GetUtcNow(), null);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Cancelled at its last moment: so it stays.
        }
    }

    private async Task Release(EntityImport held)
    {
        await using var db = database.Open(held.WorkspaceId);
        await db.Imports.Where(i => i.Id == held.Id && (i.State == ImportState.Running || i.State == ImportState.Undoing))
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.WorkUntil, (DateTimeOffset?)null).SetProperty(i => i.Attempts, 0).SetProperty(i => i.Version, i => i.Version + 1), CancellationToken.None);
    }
}
