using System.Text;
using BizQ.Core.Context;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BizQ.Tests.Context.Pages;

/// <summary>Documents in front of people: what is being read, what could not be, where a citation opens, versions, tags and readers.</summary>
public sealed class DocumentPagesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_citation_opens_a_long_document_at_its_place_and_a_page_number_does_too()
    {
        await using var host = await TestHost.Start();
        await using var window = await Visitor.Arrive(host);
        var page = window.Page;
        // In other words on each page, or it would be taken for a running head.
        var pages = Enumerable.Range(1, 150).Select(n => (string[])[$"# Chapter {n}", $"{string.Concat($"{n}".Select(digit => (char)(digit - '0' + 'a')))} is said on page {n} and nowhere else."]).ToArray();
        var document = await Add(host, "handbook.pdf", Files.Pdf(pages));
        await using var db = host.Database.Open(document.WorkspaceId);
        var cited = await db.Passages.SingleAsync(p => p.DocumentId == document.Id && p.PageNumber == 120, Cancel);

        await window.Go($"/context/documents/{document.Id}?passage={cited.Id}");
        await Expect(page.Locator(".cited")).ToContainTextAsync("is said on page 120 and nowhere else.");
        await Expect(page.Locator(".cited")).ToBeInViewportAsync();
        Assert.InRange(await page.Locator(".passage").CountAsync(), 10, 60);
        await Fine(window);
        await window.Shoot("document-cited");

        await page.GetByLabel("Page").FillAsync("40");
        await page.GetByRole(AriaRole.Button, new() { Name = "Go", Exact = true }).ClickAsync();
        await Expect(page.GetByText("is said on page 40 and nowhere else.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Show what comes before" }).ClickAsync();
        await Expect(page.GetByText("is said on page 39 and nowhere else.")).ToBeVisibleAsync();
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task A_new_version_is_brought_in_tags_and_readers_are_set_and_what_could_not_be_read_says_why()
    {
        await using var host = await TestHost.Start();
        await using var window = await Visitor.Arrive(host);
        var page = window.Page;
        var document = await Add(host, "terms.txt", Files.Text("Our terms of spring.\n\nDeliveries take three days."));
        var broken = await Add(host, "secret.pdf", Files.EncryptedPdf());

        await window.Go($"/context/documents/{broken.Id}");
        await Expect(page.GetByText("It could not be read. secret.pdf is protected with a password.")).ToBeVisibleAsync();
        await Fine(window);
        await window.Shoot("document-refused");

        await window.Go($"/context/documents/{document.Id}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Edit tags" }).ClickAsync();
        await page.GetByLabel("Tags, separated by commas").FillAsync("Public, terms");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "public", Exact = true })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Edit access" }).ClickAsync();
        await page.GetByLabel("Only those named, and owners").CheckAsync();
        await page.GetByLabel("Approver").CheckAsync();
        await Fine(window);
        await window.Shoot("document-access");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByText("Owners, Approvers")).ToBeVisibleAsync();

        await page.GetByLabel("Upload a new version").SetInputFilesAsync(new FilePayload { Name = "terms.txt", MimeType = "text/plain", Buffer = Encoding.UTF8.GetBytes("Our terms of autumn.\n\nDeliveries take two days.") });
        await Expect(page.GetByText("Version 2")).ToBeVisibleAsync();
        await Expect(page.GetByText("Deliveries take two days.")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Fine(window);
        await window.Shoot("document-versions");
        await page.GetByRole(AriaRole.Link, new() { Name = "Version 1" }).ClickAsync();
        await Expect(page.GetByText("A newer version took its place")).ToBeVisibleAsync();

        await window.Go("/context/documents?tag=public");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Documents" }).GetByText("restricted")).ToBeVisibleAsync();
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await Fine(window);
        await window.Shoot("documents-tag");
        await page.SetViewportSizeAsync(390, 844);
        await window.Shoot("documents-tag-phone");
        await window.Go($"/context/documents/{document.Id}");
        await window.Shoot("document-phone");
        Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0);
        Assert.Empty(window.Complaints);
    }

    /// <summary>A document of the business that the visitor has set up, read.</summary>
    private static async Task<Document> Add(TestHost host, string name, byte[] content)
    {
        await using var unscoped = host.Database.OpenUnscoped();
        var workspace = (await unscoped.Workspaces.SingleAsync(Cancel)).Id;
        var owner = await host.NewPerson(workspace, Role.Owner, "Ana");
        var added = (await host.Services.GetRequiredService<AddDocument>().Run(owner, new AddDocumentRequest(name, null, content, null, SourceKind.Person, "Ana"), Cancel)).Value;
        await host.Get<ReadAccepted>().All(workspace, Cancel);
        return added;
    }

    private static async Task Fine(BrowserWindow window)
    {
        await window.Quiet();
        Assert.Empty(await window.AxeFindings());
    }
}
