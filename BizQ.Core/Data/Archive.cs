using System.IO.Compression;
using System.Security.Cryptography;
using BizQ.Core.Monitoring;

namespace BizQ.Core.Data;

/// <summary>
/// The cold archive: raw mails and documents, gzipped, kept once per workspace and content, referenced by the lower-case hex
/// SHA-256 of the original bytes. One node keeps it in a file of its own; several keep it in the database they share.
/// </summary>
public abstract class Archive : IDisposable, IWorkingPart
{
    /// <summary>The largest thing kept, in bytes (25 MiB, what most mail servers take).</summary>
    public const int MostBytes = 25 * 1024 * 1024;

    public static string HashOf(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>Keeps the bytes and returns their hash. The same content twice is stored once.</summary>
    public async Task<string> Keep(Guid workspaceId, ReadOnlyMemory<byte> content, string fileName, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(content.Length, MostBytes);
        var hash = HashOf(content.Span);
        // Looking costs less than packing, and what a step holds is kept again whenever the step is written.
        if (await Has(workspaceId, hash, cancel))
            return hash;
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(content.Span);
        await Store(workspaceId, hash, fileName, packed.ToArray(), cancel);
        return hash;
    }

    /// <summary>The original bytes; null when the archive has none under this hash.</summary>
    public async Task<byte[]?> Read(Guid workspaceId, string hash, CancellationToken cancel)
    {
        if (await Find(workspaceId, hash, cancel) is not { } packed)
            return null;
        await using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var content = new MemoryStream();
        gzip.CopyTo(content);
        return content.ToArray();
    }

    public string Part => "archive";

    public abstract Task<string?> Problem(CancellationToken cancel);

    protected internal abstract Task<bool> Has(Guid workspaceId, string hash, CancellationToken cancel);

    /// <summary>Leaves what is there under this hash already.</summary>
    protected internal abstract Task Store(Guid workspaceId, string hash, string fileName, byte[] packed, CancellationToken cancel);

    protected abstract Task<byte[]?> Find(Guid workspaceId, string hash, CancellationToken cancel);

    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    protected abstract void Close();
}
