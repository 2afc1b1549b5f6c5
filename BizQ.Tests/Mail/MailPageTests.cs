using BizQ.Tests.Kit;
using Microsoft.Playwright;

namespace BizQ.Tests.Mail;

/// <summary>The mail page in a browser: mails come in by every way there is, and the list says what became of them.</summary>
public sealed class MailPageTests
{
    [Fact]
    public async Task Mail_is_tried_uploaded_written_found_and_opened()
    {
        await using var host = await TestHost.Start();
        await using var window = await Visitor.Arrive(host);
        await window.Go("/mail");
        var page = window.Page;

        await page.GetByRole(AriaRole.Button, new() { Name = "Send it: This is a joke, isn't it?!" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Decide This is a joke, isn't it?!" }).First).ToBeVisibleAsync();

        await page.GetByLabel("Choose .eml files").SetInputFilesAsync([File("auto.eml", Mails.Ordinary(id: "auto@x.example", subject: "Away", more: "Auto-Submitted: auto-replied")), File("notes.eml", "Just some notes"u8.ToArray())]);
        var added = page.GetByRole(AriaRole.Status).Filter(new() { HasText = "notes.eml" });
        await Assertions.Expect(added).ToContainTextAsync("It has no mail headers");
        await Assertions.Expect(added).ToContainTextAsync("Automatic reply");

        await page.GetByText("Write or paste one").ClickAsync();
        await page.GetByLabel("From", new() { Exact = true }).FillAsync("Ada Lovelace <ada@example.com>");
        await page.GetByLabel("Subject").FillAsync("A very special question");
        await page.GetByLabel("Text", new() { Exact = true }).FillAsync("Do you repair clockwork?");
        await page.GetByRole(AriaRole.Button, new() { Name = "Bring it in" }).ClickAsync();
        await Assertions.Expect(added).ToContainTextAsync("A very special question");
        Assert.Empty(await window.AxeFindings());

        await page.GetByLabel("Search mail").FillAsync("clockwork");
        await page.GetByLabel("Search mail").PressAsync("Enter");
        await page.GetByRole(AriaRole.Region, new() { Name = "Mails" }).GetByText("A very special question").ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "A very special question" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("Do you repair clockwork?").Last).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Decide", Exact = true })).ToBeVisibleAsync();
        Assert.Empty(await window.AxeFindings());
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task The_first_mails_of_an_empty_workspace_may_be_many_at_once()
    {
        await using var host = await TestHost.Start();
        await using var window = await Chromium.Open(host.Address);
        await window.Go("/setup");
        await Visitor.SetUp(window, sample: false);
        await window.Go("/mail");
        var files = Enumerable.Range(1, 6).Select(i => File($"mail-{i}.eml", [.. Mails.Ordinary(id: $"{i}@x.example", subject: $"Mail {i}"), .. new byte[300_000].Select(_ => (byte)'x')]));
        await window.Page.GetByLabel("Choose .eml files").SetInputFilesAsync(files);
        foreach (var i in Enumerable.Range(1, 6))
            await Assertions.Expect(window.Page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = $"mail-{i}.eml" })).ToContainTextAsync("No agent listens");
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Region, new() { Name = "Mails" }).GetByRole(AriaRole.Link).Filter(new() { HasText = "Mail 6" })).ToBeVisibleAsync();
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task Its_looks_on_every_screen()
    {
        await using var host = await TestHost.Start();
        foreach (var screen in Enum.GetValues<Screen>())
        {
            foreach (var dark in new[] { false, true })
            {
                await using var window = await Visitor.Arrive(host, screen, dark);
                var name = $"{screen.ToString().ToLowerInvariant()}-{(dark ? "dark" : "light")}";
                await window.Go("/mail");
                await window.Page.GetByText("Fennec stove burns yellow").First.WaitForAsync();
                await window.Shoot($"mail-{name}");
                await window.Go("/mail?add=true");
                await window.Page.GetByText("Try a mail").WaitForAsync();
                await window.Page.GetByRole(AriaRole.Button, new() { Name = "Send it: The boots are too small" }).ClickAsync();
                await window.Page.GetByRole(AriaRole.Link, new() { Name = "Decide Boots" }).First.WaitForAsync();
                await window.Shoot($"mail-add-{name}");
                await window.Go("/mail");
                await window.Page.GetByText("Fennec stove burns yellow").First.ClickAsync();
                await window.Page.GetByRole(AriaRole.Link, new() { Name = "Decide", Exact = true }).WaitForAsync();
                await window.Shoot($"mail-open-{name}");
                Assert.Empty(window.Complaints);
            }
        }
    }

    private static FilePayload File(string name, byte[] content) => new() { Name = name, MimeType = "message/rfc822", Buffer = content };
}
