using System.IO.Compression;
using System.Security.Cryptography;
using BizQ.Core.Monitoring;
using LiteDB;

namespace BizQ.Core.Data;

/// <summary>
/// The cold archive: raw mails and documents, gzipped in LiteDB file storage, kept once per workspace and content, referenced
/// by the lower-case hex SHA-256 of the original bytes.
/// </summary>
public sealed class Archive : IDisposable, IWorkingPart
{
    /// <summary>The largest thing kept, in bytes (25 MiB, what most mail servers take).</summary>
    public const int MostBytes = 25 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly LiteDatabase _files;

    public Archive(string dataPath)
    {
        Directory.CreateDirectory(dataPath);
        _files = new LiteDatabase(new ConnectionString { Filename = Path.Combine(dataPath, "archive.db"), Connection = ConnectionType.Direct });
    }

    public static string HashOf(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>Keeps the bytes and returns their hash. The same content twice is stored once.</summary>
    public string Keep(Guid workspaceId, ReadOnlyMemory<byte> content, string fileName)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(content.Length, MostBytes);
        var hash = HashOf(content.Span);
        var id = IdOf(workspaceId, hash);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(content.Span);
        packed.Position = 0;
        lock (_gate)
        {
            if (!_files.FileStorage.Exists(id))
                Store(id, fileName, packed);
        }
        return hash;
    }

    /// <summary>The original bytes; null when the archive has none under this hash.</summary>
    public byte[]? Read(Guid workspaceId, string hash)
    {
        using var packed = new MemoryStream();
        lock (_gate)
        {
            if (_files.FileStorage.FindById(IdOf(workspaceId, hash)) is not { } file)
                return null;
            file.CopyTo(packed);
        }
        packed.Position = 0;
        using var gzip = new GZipStream(packed, CompressionMode.Decompress);
        using var content = new MemoryStream();
        gzip.CopyTo(content);
        return content.ToArray();
    }

    public string Part => "archive";

    /// <summary>Whether it can still be read; LiteDB closes itself for good when it could not write.</summary>
    public Task<string?> Problem(CancellationToken cancel)
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

    public void Dispose() => _files.Dispose();

    /// <summary>
    /// In one transaction: LiteDB itself writes the content and the file's entry in two, and content whose entry a killed
    /// process never wrote would refuse the same file for ever.
    /// </summary>
    private void Store(string id, string fileName, Stream packed)
    {
        _files.BeginTrans();
        try
        {
            _files.FileStorage.Upload(id, fileName, packed);
            _files.Commit();
        }
        catch
        {
            _files.Rollback();
            throw;
        }
    }

    private static string IdOf(Guid workspaceId, string hash) => $"{workspaceId:N}/{hash}";
}
