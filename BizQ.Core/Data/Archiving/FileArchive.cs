using LiteDB;

namespace BizQ.Core.Data.Archiving;

/// <summary>The archive of one node: LiteDB's file storage in <c>archive.db</c>, which one process can open.</summary>
public sealed class FileArchive : Archive
{
    public const string FileName = "archive.db";

    private readonly Lock _gate = new();
    private readonly LiteDatabase _files;

    public FileArchive(string dataPath)
    {
        Directory.CreateDirectory(dataPath);
        _files = new LiteDatabase(new ConnectionString { Filename = Path.Combine(dataPath, FileName), Connection = ConnectionType.Direct });
    }

    /// <summary>Whether it can still be read; LiteDB closes itself for good when it could not write.</summary>
    public override Task<string?> Problem(CancellationToken cancel)
    {
        try
        {
            lock (_gate)
                _files.FileStorage.Exists("health");
            return Task.FromResult<string?>(null);
        }
        catch (Exception problem) when (problem is LiteException or IOException or ObjectDisposedException)
        {
            return Task.FromResult<string?>("cannot be read");
        }
    }

    /// <summary>All that is kept, as it lies there.</summary>
    public async Task CopyTo(Archive other, CancellationToken cancel)
    {
        foreach (var file in _files.FileStorage.FindAll())
        {
            if (file.Id.Split('/') is not [var workspace, var hash] || !Guid.TryParseExact(workspace, "N", out var workspaceId) || await other.Has(workspaceId, hash, cancel))
                continue;
            using var packed = new MemoryStream();
            file.CopyTo(packed);
            await other.Store(workspaceId, hash, file.Filename, packed.ToArray(), cancel);
        }
    }

    protected internal override Task<bool> Has(Guid workspaceId, string hash, CancellationToken cancel)
    {
        lock (_gate)
            return Task.FromResult(_files.FileStorage.Exists(IdOf(workspaceId, hash)));
    }

    /// <summary>
    /// In one transaction: LiteDB itself writes the content and the file's entry in two, and content whose entry a killed
    /// process never wrote would refuse the same file for ever.
    /// </summary>
    protected internal override Task Store(Guid workspaceId, string hash, string fileName, byte[] packed, CancellationToken cancel)
    {
        lock (_gate)
        {
            var id = IdOf(workspaceId, hash);
            if (_files.FileStorage.Exists(id))
                return Task.CompletedTask;
            _files.BeginTrans();
            try
            {
                _files.FileStorage.Upload(id, fileName, new MemoryStream(packed));
                _files.Commit();
            }
            catch
            {
                _files.Rollback();
                throw;
            }
        }
        return Task.CompletedTask;
    }

    protected override Task<byte[]?> Find(Guid workspaceId, string hash, CancellationToken cancel)
    {
        using var packed = new MemoryStream();
        lock (_gate)
        {
            if (_files.FileStorage.FindById(IdOf(workspaceId, hash)) is not { } file)
                return Task.FromResult<byte[]?>(null);
            file.CopyTo(packed);
        }
        return Task.FromResult<byte[]?>(packed.ToArray());
    }

    protected override void Close() => _files.Dispose();

    private static string IdOf(Guid workspaceId, string hash) => $"{workspaceId:N}/{hash}";
}
