using System.Security.Cryptography;
using System.Text;

namespace BizQ.Agents.Mail;

/// <summary>Mail as files in <c>outbox/</c>, for trying BizQ without a mail server and for programs that fetch them.</summary>
public sealed class Outbox(string folder)
{
    private const int LongestName = 80;

    /// <summary>Writes the file under the key's name; the same key again leaves the one that is there. Readers never see half a file.</summary>
    public async Task<string> Put(string idempotencyKey, ReadOnlyMemory<byte> message, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);
        var name = NameFor(idempotencyKey);
        var path = Path.Combine(folder, name);
        if (File.Exists(path))
            return name;
        var half = Path.Combine(folder, $".{name}.tmp");
        await using (var file = new FileStream(half, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            await file.WriteAsync(message, cancel);
            // On disk before it has its name: after a power cut there is the whole file or none.
            file.Flush(flushToDisk: true);
        }
        File.Move(half, path, overwrite: true);
        return name;
    }

    /// <summary>The key itself where it can be a file name; otherwise what can be of it and a hash that keeps it apart.</summary>
    public static string NameFor(string idempotencyKey)
    {
        var safe = string.Concat(idempotencyKey.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-'));
        if (safe == idempotencyKey && safe.Length is > 0 and <= LongestName)
            return safe + ".eml";
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(idempotencyKey)).AsSpan(0, 6));
        return $"{safe[..Math.Min(safe.Length, LongestName)]}-{hash}.eml";
    }
}
