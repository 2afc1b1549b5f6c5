using System.Security.Cryptography;
using System.Text;
using BizQ.Core.Data;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Databases;

/// <summary>The archive gives back exactly what it was given.</summary>
public sealed class ArchiveTests
{
    private static readonly Guid Mine = new("0193573b-0000-7000-8000-000000000001");
    private static readonly Guid Theirs = new("0193573b-0000-7000-8000-000000000002");

    [Fact]
    public void What_was_kept_is_read_back_byte_for_byte_after_a_restart()
    {
        using var folder = new TempFolder();
        byte[][] contents = [[], [0], Encoding.UTF8.GetBytes("Zoë"), RandomNumberGenerator.GetBytes(3_000_000)];
        string[] hashes;
        using (var archive = new Archive(folder.Path))
            hashes = [.. contents.Select(content => archive.Keep(Mine, content, "mail.eml"))];

        using var again = new Archive(folder.Path);
        Assert.All(contents.Zip(hashes), kept => Assert.Equal(kept.First, again.Read(Mine, kept.Second)));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(contents[2])), hashes[2]);
    }

    [Fact]
    public void The_same_content_is_stored_once()
    {
        using var folder = new TempFolder();
        var content = RandomNumberGenerator.GetBytes(2_000_000);
        long once;
        using (var archive = new Archive(folder.Path))
            archive.Keep(Mine, content, "a.pdf");
        once = Size(folder);
        using (var archive = new Archive(folder.Path))
        {
            for (var n = 0; n < 5; n++)
                archive.Keep(Mine, content, $"copy-{n}.pdf");
        }
        Assert.InRange(Size(folder), once, once + 100_000);
    }

    [Fact]
    public void Another_workspace_reads_nothing_even_with_the_hash()
    {
        using var folder = new TempFolder();
        using var archive = new Archive(folder.Path);
        var hash = archive.Keep(Mine, Encoding.UTF8.GetBytes("secret"), "a.txt");
        Assert.Null(archive.Read(Theirs, hash));
        Assert.Null(archive.Read(Mine, new string('0', 64)));
    }

    [Fact]
    public void More_than_the_limit_is_refused_and_the_limit_itself_is_taken()
    {
        using var folder = new TempFolder();
        using var archive = new Archive(folder.Path);
        var largest = new byte[Archive.MostBytes];
        Assert.Equal(largest.Length, archive.Read(Mine, archive.Keep(Mine, largest, "large.bin"))!.Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => archive.Keep(Mine, new byte[Archive.MostBytes + 1], "larger.bin"));
    }

    [Fact]
    public async Task Many_may_keep_and_read_at_once()
    {
        using var folder = new TempFolder();
        using var archive = new Archive(folder.Path);
        await Parallel.ForAsync(0, 200, TestContext.Current.CancellationToken, (n, _) =>
        {
            var content = Encoding.UTF8.GetBytes($"content {n % 50}");
            Assert.Equal(content, archive.Read(Mine, archive.Keep(Mine, content, "a.txt")));
            return ValueTask.CompletedTask;
        });
    }

    private static long Size(TempFolder folder) => new FileInfo(folder.File("archive.db")).Length;
}
