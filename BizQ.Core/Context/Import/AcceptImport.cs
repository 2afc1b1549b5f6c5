using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <param name="IdempotencyKey">The same key again answers with the import that is there.</param>
public sealed record AcceptImportRequest(string FileName, ReadOnlyMemory<byte> Content, string? IdempotencyKey = null);

/// <summary>Takes in a file of rows: it is read once to its end, so that what is wrong with it as a whole is said at once, and kept in the archive until its columns are mapped.</summary>
public sealed class AcceptImport(BizQDatabase database, Archive archive, Ids ids, TimeProvider clock)
{
    private const int KeyLength = 200;

    public async Task<Outcome<EntityImport>> Run(Actor actor, AcceptImportRequest request, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        var fileName = AddDocument.FileNameOf(request.FileName);
        if (request.IdempotencyKey is { Length: > KeyLength })
            return Refusal.Invalid("badIdempotencyKey", $"An Idempotency-Key has at most {KeyLength} characters.");
        if (request.Content.Length > ImportLimits.Bytes)
            return ImportLimits.TooManyBytes(fileName, request.Content.Length);
        await using var db = database.Open(actor.WorkspaceId);
        if (await Known(db, request.IdempotencyKey, cancel) is { } known)
            return known;
        var read = await Task.Run(() => Read(fileName, request.Content, cancel), cancel);
        if (read.Refusal is { } refusal)
            return refusal;
        var hash = await archive.Keep(actor.WorkspaceId, request.Content, fileName, cancel);
        var import = new EntityImport
        {
            Id = ids.New(),
            WorkspaceId = actor.WorkspaceId,
            FileName = fileName,
            ContentHash = hash,
            Size = request.Content.Length,
            Format = read.Value.Format,
            Rows = read.Value.Rows,
            CreatedAt = clock.GetUtcNow(),
            ByKind = actor.Kind,
            ById = actor.Id,
            ByName = actor.Name,
            IdempotencyKey = request.IdempotencyKey,
        };
        db.Imports.Add(import);
        try
        {
            await db.SaveChangesAsync(cancel);
            return import;
        }
        catch (DbUpdateException problem) when (problem.IsLostRace())
        {
            db.ChangeTracker.Clear();
            return await Known(db, request.IdempotencyKey, cancel) ?? throw new InvalidOperationException("An import that was there a moment ago is gone.", problem);
        }
    }

    // A workbook takes a second or two of computing: not on the thread of the request's input.
    private static Outcome<(ImportFormat Format, int Rows)> Read(string fileName, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        if (content.IsEmpty)
            return Refusal.Invalid("emptyFile", $"{fileName} is empty.");
        var format = ImportFile.FormatOf(fileName, content.Span);
        if (format.Refusal is { } notATable)
            return notATable;
        var table = ImportFile.Open(fileName, format.Value, content, null, cancel);
        if (table.Refusal is { } broken)
            return broken;
        var count = table.Value.Count(fileName, cancel);
        if (count.Refusal is { } refusal)
            return refusal;
        return count.Value == 0 && table.Value.Sheets.Count < 2
            ? Refusal.Invalid("noRows", $"{fileName} has no rows under its first one. The first row should hold the names of the columns, and each row after it one thing.")
            : (format.Value, count.Value);
    }

    private static async Task<EntityImport?> Known(BizQDb db, string? key, CancellationToken cancel) =>
        key is null ? null : await db.Imports.AsNoTracking().FirstOrDefaultAsync(i => i.IdempotencyKey == key, cancel);
}
