using System.Diagnostics;
using System.Globalization;
using System.Text;
using BizQ.Core;
using BizQ.Core.Context.Parsing;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Context;

/// <summary>Real reading processes of the real program: they read what the parsers read, within limits that the operating system holds.</summary>
public sealed class ReaderTests(ReaderDesk shared) : IClassFixture<ReaderDesk>
{
    private static readonly Guid Ours = Guid.Parse("01900000-0000-7000-8000-000000000001");
    private static readonly Guid Theirs = Guid.Parse("01900000-0000-7000-8000-000000000002");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, byte[]> Good => new()
    {
        { "a.txt", Encoding.Latin1.GetBytes("Größe in Köln") },
        { "a.md", Files.Text("# FAQ\n\nWe *ship*.\n\n| To | Cost |\n|---|---|\n| DE | 4.90 |\n") },
        { "a.html", Files.Text("<!doctype html><html><body><h1>A</h1><p style=\"color: red\">b</p><table><tr><td>c</td></tr></table></body></html>") },
        { "a.pdf", Files.Pdf(["# Ridge 2 tent", "Sleeps two."], ["# Care", "Dry it."]) },
        { "a.docx", Files.Word() },
        { "a.xlsx", OfficeFiles.Workbook() },
        { "a.pptx", OfficeFiles.Slides() },
        { "a.csv", Files.Text("a;b\n1;2\n") },
        { "a.eml", Encoding.Latin1.GetBytes("From: =?iso-2022-jp?B?GyRCO3NFRBsoQg==?= <a@x.example>\r\nSubject: Hi\r\nContent-Type: text/plain; charset=shift_jis\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=82=B1=82=F1\r\n") },
        { "a.mbox", Files.Text("From a@x.example Mon Nov 23 09:00:00 2026\nFrom: a@x.example\nSubject: Tent\n\nIt leaks.\n") },
    };

    [Theory, MemberData(nameof(Good))]
    public async Task Behind_its_walls_a_process_reads_what_is_read_without_any(string name, byte[] content)
    {
        var here = (await ReadHere.Of(name, null, content)).Value;
        var there = await shared.Readers.Read(Ours, name, null, content, Cancel);
        Assert.True(there.Ok, there.Refusal?.Message);
        Assert.Equal(here.Blocks, there.Value.Blocks);
        Assert.Equal((here.MediaType, here.Title, here.Pages), (there.Value.MediaType, there.Value.Title, there.Value.Pages));
        Assert.Equal(here.Notes, there.Value.Notes);
        Assert.Single(shared.Readers.Waiting);
    }

    [Theory, MemberData(nameof(ReadFileTests.Bad), MemberType = typeof(ReadFileTests))]
    public async Task A_bad_file_is_refused_there_by_the_same_name(string code, string name, byte[] content)
    {
        Assert.Equal(code, (await shared.Readers.Read(Ours, name, null, content, Cancel)).Refusal?.Code);
    }

    [Fact]
    public async Task A_process_reads_one_workspaces_files_only()
    {
        await using var desk = new ReaderDesk();
        await desk.Readers.Read(Ours, "a.txt", null, Files.Text("one"), Cancel);
        var first = Assert.Single(desk.Readers.Waiting);
        await desk.Readers.Read(Ours, "b.txt", null, Files.Text("two"), Cancel);
        Assert.Equal(first.Id, Assert.Single(desk.Readers.Waiting).Id);
        await desk.Readers.Read(Theirs, "c.txt", null, Files.Text("three"), Cancel);
        Assert.Equal([Ours, Theirs], desk.Readers.Waiting.Select(reader => reader.WorkspaceId));
        Assert.NotEqual(first.Id, desk.Readers.Waiting[1].Id);
    }

    [Fact]
    public async Task The_operating_system_holds_its_walls()
    {
        // Only Linux has these walls.
        if (!OperatingSystem.IsLinux())
            return;
        await using var desk = new ReaderDesk();
        await desk.Readers.Read(Ours, "a.txt", null, Files.Text("one"), Cancel);
        var id = Assert.Single(desk.Readers.Waiting).Id;
        var status = await File.ReadAllLinesAsync($"/proc/{id}/status", Cancel);
        Assert.Contains("Seccomp:\t2", status);
        Assert.Contains("NoNewPrivs:\t1", status);
        if (Environment.IsPrivilegedProcess)
            Assert.Contains(status, line => line.StartsWith("Uid:\t65534", StringComparison.Ordinal));
        var limits = await File.ReadAllLinesAsync($"/proc/{id}/limits", Cancel);
        var data = long.Parse(limits.Single(l => l.StartsWith("Max data size", StringComparison.Ordinal)).Split("  ", StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        var had = long.Parse(status.Single(l => l.StartsWith("VmData:", StringComparison.Ordinal)).Split('\t', 2)[1].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;
        Assert.InRange(data - had, 1, ReadLimits.Memory);
    }

    [Fact]
    public async Task A_file_that_unpacks_endlessly_in_memory_is_refused_and_the_next_is_read()
    {
        await using var desk = new ReaderDesk();
        var paragraphs = string.Concat(Enumerable.Repeat("<w:p><w:r><w:t>a</w:t></w:r></w:p>", 1_500_000));
        var bomb = Files.WordOf($"<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{paragraphs}</w:body></w:document>");
        Assert.Equal("tooMuchMemory", (await desk.Readers.Read(Ours, "bomb.docx", null, bomb, Cancel)).Refusal?.Code);
        Assert.True((await desk.Readers.Read(Ours, "a.txt", null, Files.Text("one"), Cancel)).Ok);
    }

    [Fact]
    public async Task A_file_that_is_never_done_is_ended_by_the_operating_system()
    {
        await using var desk = new ReaderDesk();
        var since = Stopwatch.GetTimestamp();
        Assert.Equal("readingTooSlow", (await desk.Readers.Read(Ours, "laughs.pdf", null, BrokenFiles.LaughingPdf(), Cancel)).Refusal?.Code);
        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_reader_ended_from_outside_is_worth_another_try()
    {
        await using var desk = new ReaderDesk();
        await desk.Readers.Read(Ours, "a.txt", null, Files.Text("one"), Cancel);
        var victim = Assert.Single(desk.Readers.Waiting).Id;
        var reading = desk.Readers.Read(Ours, "laughs.pdf", null, BrokenFiles.LaughingPdf(), Cancel);
        using (var process = Process.GetProcessById(victim))
            process.Kill();
        Assert.Equal((RefusalKind.Unavailable, "readerLost"), ((await reading).Refusal!.Kind, (await reading).Refusal!.Code));
        Assert.Empty(desk.Readers.Waiting);
    }

    /// <summary>Every good file, cut short and with bytes of it changed: whatever comes out has a name, and no reader falls over.</summary>
    [Fact]
    public async Task Whatever_is_broken_in_a_file_ends_in_text_or_a_named_refusal()
    {
        await using var desk = new ReaderDesk();
        Dictionary<string, int> outcomes = [];
        foreach (var (name, content) in BrokenFiles.All())
        {
            var read = await desk.Readers.Read(Ours, name, null, content, Cancel);
            var outcome = read.Refusal?.Code ?? "read";
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            if (read.Refusal is { } refusal)
                Assert.Matches(@"^\S[\s\S]*\.$", refusal.Message);
            Assert.False(outcome is "readingCrashed" or "readerLost" or "noReader", $"{name}: {outcome}");
        }
        Assert.True(outcomes.GetValueOrDefault("brokenFile") > 10, string.Join(", ", outcomes));
    }

    /// <summary>The malformed mails of the data that nobody here wrote.</summary>
    [Fact]
    public async Task Every_malformed_mail_of_others_ends_in_text_or_a_named_refusal()
    {
        await using var desk = new ReaderDesk();
        var mails = Directory.GetFiles(Repository.Shared("data", "mail"));
        Assert.True(mails.Length >= 18, $"Only {mails.Length} mails are there.");
        Dictionary<string, string> outcomes = [];
        foreach (var path in mails)
        {
            var name = Path.GetFileName(path).Replace(".txt", path.EndsWith(".mbox.txt", StringComparison.Ordinal) ? "" : ".eml", StringComparison.Ordinal);
            var read = await desk.Readers.Read(Ours, name, null, await File.ReadAllBytesAsync(path, Cancel), Cancel);
            outcomes[name] = read.Refusal?.Code ?? "read";
            if (read.Refusal is { } refusal)
                Assert.Matches(@"^\S[\s\S]*\.$", refusal.Message);
            else
                Assert.NotEmpty(read.Value.Blocks);
        }
        Assert.DoesNotContain(outcomes, o => o.Value is "readingCrashed" or "readerLost" or "noReader" or "readingTooSlow");
        Assert.True(outcomes.Count(o => o.Value == "read") >= 12, string.Join(", ", outcomes));
    }

    [Fact]
    public async Task A_picture_says_that_no_text_was_found_where_nothing_recognises_any()
    {
        await using var desk = new ReaderDesk(path: "");
        var read = await desk.Readers.Read(Ours, "photo.png", null, Files.PngHead(10, 10), Cancel);
        Assert.Equal("noText", read.Refusal?.Code);
        Assert.Contains("tesseract", read.Refusal!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cat > /dev/null; test \"$1 $2\" = 'stdin stdout' && echo 'Care instructions'; echo; echo 'Dry the tent.'", null)]
    [InlineData("cat > /dev/null; exit 1", "brokenFile")]
    [InlineData("cat > /dev/null; echo", "noText")]
    [InlineData("while :; do :; done", "readingTooSlow")]
    public async Task Text_in_a_picture_is_recognised_by_a_program_that_is_held_as_well(string script, string? code)
    {
        // The program is a script for Linux's shell.
        if (!OperatingSystem.IsLinux())
            return;
        using var folder = new TempFolder();
        var program = folder.File("tesseract");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\n{script}\n", Cancel);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        File.SetUnixFileMode(folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute | UnixFileMode.OtherRead);
        await using var desk = new ReaderDesk(folder.Path);
        var read = await desk.Readers.Read(Ours, "photo.png", null, Files.PngHead(10, 10), Cancel);
        Assert.Equal(code, read.Refusal?.Code);
        if (code is null)
        {
            Assert.Equal(["Care instructions", "Dry the tent."], read.Value.Blocks.Select(b => b.Text));
            Assert.Equal("image/png", read.Value.MediaType);
            Assert.Single(read.Value.Notes);
        }
    }
}
