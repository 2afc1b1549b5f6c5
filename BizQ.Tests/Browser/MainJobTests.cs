using System.Diagnostics;
using BizQ.Tests.Kit;
using Microsoft.Playwright;
using MimeKit;

namespace BizQ.Tests.Browser;

/// <summary>The main job as a newcomer does it: from the first page to an answer in the outbox, in Chromium.</summary>
public sealed class MainJobTests
{
    // Presses, not clicks: a click on a label makes a second click of the box it belongs to.
    private const string CountPresses =
        "addEventListener('pointerdown', () => sessionStorage.setItem('presses', 1 + Number(sessionStorage.getItem('presses') ?? 0)), true)";

    private const int MostClicks = 12;

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task From_the_first_page_to_the_first_approved_answer(BizQ.Core.Data.Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        await using var window = await Chromium.Open(host.Address);
        var page = window.Page;
        await page.AddInitScriptAsync(CountPresses);
        var since = Stopwatch.GetTimestamp();

        await window.Go("/setup");
        await Visitor.SetUp(window);
        await page.GetByRole(AriaRole.Link, new() { Name = "Mail", Exact = true }).First.ClickAsync();
        await page.GetByLabel("Choose .eml files").SetInputFilesAsync(new FilePayload { Name = "where.eml", MimeType = "message/rfc822", Buffer = Where });
        // The page is not loaded again: the approval comes to it.
        await page.GetByRole(AriaRole.Link, new() { Name = "Decide Order TW-24176" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Edit" }).ClickAsync();
        var text = page.GetByLabel("Text", new() { Exact = true });
        await text.FillAsync($"{await text.InputValueAsync()}\nPS: Enjoy the lake!\n");
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve my version" }).ClickAsync();
        await page.GetByText("Approved: Re: Order TW-24176").WaitForAsync();

        // Choosing a file takes a person two clicks that the page does not see.
        var clicks = await page.EvaluateAsync<int>("Number(sessionStorage.getItem('presses'))") + 2;
        var seconds = Stopwatch.GetElapsedTime(since).TotalSeconds;
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"first page to first approved answer on {engine}: {clicks} clicks, {seconds:0.0} s"));
        Assert.True(clicks <= MostClicks, $"{clicks} clicks are too many");

        await AnswerIsInTheOutbox(host);
        await page.GetByRole(AriaRole.Link, new() { Name = "Runs", Exact = true }).First.ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Order TW-24176" }).First.ClickAsync();
        await RunShowsEveryStep(page);
        Assert.Empty(await window.AxeFindings());
        Assert.Empty(window.Complaints);
    }

    private async Task AnswerIsInTheOutbox(TestHost host)
    {
        var folder = Directory.CreateDirectory(Path.Combine(host.DataPath, "outbox")).FullName;
        using var watcher = new FileSystemWatcher(folder, "*.eml") { IncludeSubdirectories = true };
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        watcher.Renamed += (_, _) => arrived.TrySetResult();
        watcher.EnableRaisingEvents = true;
        if (Directory.GetFiles(folder, "*.eml", SearchOption.AllDirectories).Length == 0)
            await arrived.Task.WaitAsync(Eventually.Bound, _cancel);
        var answer = await MimeMessage.LoadAsync(Assert.Single(Directory.GetFiles(folder, "*.eml", SearchOption.AllDirectories)), _cancel);
        Assert.Equal("where-is-it@mailbox.example", answer.InReplyTo);
        Assert.Equal(["first@mailbox.example", "where-is-it@mailbox.example"], answer.References);
        Assert.Equal("Re: Order TW-24176", answer.Subject);
        Assert.Contains("PS: Enjoy the lake!", answer.TextBody, StringComparison.Ordinal);
    }

    private static async Task RunShowsEveryStep(IPage page)
    {
        foreach (var step in new[] { "A mail comes in", "What do they want?" })
            await Assertions.Expect(page.GetByText(step).First).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("Succeeded").First).ToBeVisibleAsync();
    }

    private static byte[] Where => System.Text.Encoding.UTF8.GetBytes(
        """
        From: Ida Brandt <ida.brandt@mailbox.example>
        To: support@tarnwick.example
        Subject: Order TW-24176
        Message-ID: <where-is-it@mailbox.example>
        In-Reply-To: <first@mailbox.example>
        References: <first@mailbox.example>
        Date: Mon, 23 Nov 2026 08:00:00 +0000
        Content-Type: text/plain; charset=utf-8

        Hello,

        where is my order TW-24176? It should have arrived by now.

        Ida Brandt

        """.ReplaceLineEndings("\r\n"));
}
