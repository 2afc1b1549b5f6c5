using System.Security.Cryptography;
using System.Text;
using BizQ.Core.Data;
using BizQ.Core.Data.Archiving;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Databases;

/// <summary>The archive gives back exactly what it was given.</summary>
public sealed class ArchiveTests
{
    private static readonly Guid Mine = new("0193573b-0000-7000-8000-000000000001");
    private static readonly Guid Theirs = new("0193573b-0000-7000-8000-000000000002");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_kept_is_read_back_byte_for_byte_after_a_restart()
    {
        using var folder = new TempFolder();
        byte[][] contents = [[], [0], Encoding.UTF8.GetBytes("Zoë"), RandomNumberGenerator.GetBytes(3_000_000)];
        var hashes = new List<string>();
        using (var archive = new FileArchive(folder.Path))
        {
            foreach (var content in contents)
                hashes.Add(await archive.Keep(Mine, content, "mail.eml", Cancel));
        }
        using var again = new FileArchive(folder.Path);
        foreach (var (content, hash) in contents.Zip(hashes))
            Assert.Equal(content, await again.Read(Mine, hash, Cancel));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(contents[2])), hashes[2]);
    }

    [Fact]
    public async Task The_same_content_is_stored_once()
    {
        using var folder = new TempFolder();
        var content = RandomNumberGenerator.GetBytes(2_000_000);
        long once;
        using (var archive = new FileArchive(folder.Path))
            await archive.Keep(Mine, content, "a.pdf", Cancel);
        once = Size(folder);
        using (var archive = new FileArchive(folder.Path))
        {
            for (var n = 0; n < 5; n++)
                await archive.Keep(Mine, content, $"copy-{n}.pdf", Cancel);
        }
        Assert.InRange(Size(folder), once, once + 100_000);
    }

    [Theory, InlineData(null), InlineData(Engine.Sqlite), InlineData(Engine.Postgres)]
    public async Task Another_workspace_reads_nothing_even_with_the_hash(Engine? table)
    {
        await using var kit = await DatabaseKit.Start(table ?? Engine.Sqlite);
        using var archive = Open(kit, table);
        var hash = await archive.Keep(Mine, Encoding.UTF8.GetBytes("secret"), "a.txt", Cancel);
        Assert.Null(await archive.Read(Theirs, hash, Cancel));
        Assert.Null(await archive.Read(Mine, new string('0', 64), Cancel));
    }

    [Theory, InlineData(null), InlineData(Engine.Sqlite), InlineData(Engine.Postgres)]
    public async Task More_than_the_limit_is_refused_and_the_limit_itself_is_taken(Engine? table)
    {
        await using var kit = await DatabaseKit.Start(table ?? Engine.Sqlite);
        using var archive = Open(kit, table);
        var largest = new byte[Archive.MostBytes];
        Assert.Equal(largest.Length, (await archive.Read(Mine, await archive.Keep(Mine, largest, "large.bin", Cancel), Cancel))!.Length);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => archive.Keep(Mine, new byte[Archive.MostBytes + 1], "larger.bin", Cancel));
    }

    [Theory, InlineData(null), InlineData(Engine.Sqlite), InlineData(Engine.Postgres)]
    public async Task Many_may_keep_and_read_at_once(Engine? table)
    {
        await using var kit = await DatabaseKit.Start(table ?? Engine.Sqlite);
        using var archive = Open(kit, table);
        await Parallel.ForAsync(0, 200, Cancel, async (n, stop) =>
        {
            var content = Encoding.UTF8.GetBytes($"content {n % 50}");
            Assert.Equal(content, await archive.Read(Mine, await archive.Keep(Mine, content, "a.txt", stop), stop));
        });
    }

    /// <summary>The table of an engine, or the file of a node that is alone.</summary>
    private static Archive Open(DatabaseKit kit, Engine? table) => table is null ? new FileArchive(kit.DataPath) : new TableArchive(kit.Database);

    private static long Size(TempFolder folder) => new FileInfo(folder.File(FileArchive.FileName)).Length;
}
