using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>Writes some rows of an import and how far it is, in one transaction.</summary>
internal sealed class ImportChunk(BizQDatabase database, Ids ids, TimeProvider clock, ImportMapping mapping, MapRow map, TimeSpan lease)
{
    /// <summary>A second or less, so that a bar moves and a cancel is heard.</summary>
    public const int Rows = 2_000;

    // Each attempt loses only to a writer that won.
    private const int Attempts = 6;

    /// <summary>The import as it is after it; null when it is not ours any more, because it was cancelled or somebody took over.</summary>
    public async Task<EntityImport?> Run(EntityImport held, IReadOnlyList<ImportRow> rows, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await Write(held, rows, cancel);
            }
            catch (Exception problem) when (problem.IsLostRace() && attempt < Attempts)
            {
                // Somebody wrote one of its entities, or cancelled it: look again.
            }
        }
    }

    private async Task<EntityImport?> Write(EntityImport held, IReadOnlyList<ImportRow> rows, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(held.WorkspaceId);
        var import = await db.Imports.SingleAsync(i => i.Id == held.Id, cancel);
        if (import.Version != held.Version)
            return null;
        // Scanning all rows again at every Add would make the chunk quadratic; saving scans once.
        db.ChangeTracker.AutoDetectChangesEnabled = false;
        var mapped = rows.Select(map.Of).ToList();
        var batch = new EntityBatch(db, import.Actor, ids, now);
        await batch.Load([.. mapped.Select(r => r.Request).OfType<WriteEntityRequest>()], cancel);
        foreach (var row in mapped)
            Decide(db, import, batch, row);
        import.Done += rows.Count;
        (import.WorkUntil, import.Attempts) = (now + lease, 0);
        db.ChangeTracker.DetectChanges();
        await batch.Save(cancel);
        return import;
    }

    private void Decide(BizQDb db, EntityImport import, EntityBatch batch, MappedRow row)
    {
        if (row.Request is not { } request)
        {
            Fail(db, import, row.Number, row.Problems);
            return;
        }
        if (mapping.Existing != ExistingRows.Update && batch.IsThere(request))
        {
            if (mapping.Existing == ExistingRows.Skip)
                import.Skipped++;
            else
                Fail(db, import, row.Number, [new RowProblem(mapping.KeyColumn, row.Key, $"There is a {request.Type} with this key already.")]);
            return;
        }
        var written = batch.Write(request);
        if (written.Refusal is { } refusal)
            Fail(db, import, row.Number, [new RowProblem(mapping.KeyColumn, row.Key, refusal.Message)]);
        else if (batch.LastStep is EntityStep.Added)
            import.Added++;
        else if (batch.LastStep is null)
            import.Unchanged++;
        else
            import.Changed++;
    }

    private void Fail(BizQDb db, EntityImport import, int row, IReadOnlyList<RowProblem> problems)
    {
        import.Failed++;
        // Of a row everything that is wrong; of all rows as many as somebody may read.
        if (import.Failed > ImportLimits.KeptProblems)
            return;
        foreach (var problem in problems.Take(ImportLimits.Columns))
        {
            db.ImportProblems.Add(new ImportProblem
            {
                Id = ids.New(),
                WorkspaceId = import.WorkspaceId,
                ImportId = import.Id,
                Row = row,
                Column = problem.Column,
                Value = problem.Value is { } value ? MapRow.Cut(value) : null,
                Message = problem.Message,
            });
        }
    }
}
