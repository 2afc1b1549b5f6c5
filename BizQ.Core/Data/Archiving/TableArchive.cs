using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Data.Archiving;

/// <summary>One thing in the archive, gzipped.</summary>
public sealed class ArchivedFile : IInWorkspace
{
    public required Guid WorkspaceId { get; init; }
    public required string Hash { get; init; }
    public required string FileName { get; init; }
    public required byte[] Packed { get; init; }
}

/// <summary>The archive of several nodes: rows of the database they share.</summary>
public sealed class TableArchive(BizQDatabase database) : Archive
{
    /// <summary>What ails the database is told as the database's.</summary>
    public override Task<string?> Problem(CancellationToken cancel) => Task.FromResult<string?>(null);

    protected internal override async Task<bool> Has(Guid workspaceId, string hash, CancellationToken cancel)
    {
        await using var db = database.Open(workspaceId);
        return await db.Set<ArchivedFile>().AnyAsync(file => file.Hash == hash, cancel);
    }

    protected internal override async Task Store(Guid workspaceId, string hash, string fileName, byte[] packed, CancellationToken cancel)
    {
        await using var db = database.Open(workspaceId);
        db.Add(new ArchivedFile { WorkspaceId = workspaceId, Hash = hash, FileName = fileName, Packed = packed });
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException problem) when (problem.IsUniqueViolation())
        {
            // Kept at the same moment elsewhere.
        }
    }

    protected override async Task<byte[]?> Find(Guid workspaceId, string hash, CancellationToken cancel)
    {
        await using var db = database.Open(workspaceId);
        return await db.Set<ArchivedFile>().Where(file => file.Hash == hash).Select(file => file.Packed).FirstOrDefaultAsync(cancel);
    }

    protected override void Close()
    {
        // The database is not the archive's to close.
    }
}
