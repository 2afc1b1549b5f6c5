using System.Text.RegularExpressions;
using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BizQ.Tests.Context.Pages;

/// <summary>The pages of what a business knows, as people use them, in Chromium.</summary>
public sealed partial class ContextPagesTests
{
    [Fact]
    public async Task Documents_are_uploaded_found_as_somebody_types_read_where_they_are_cited_and_removed_with_a_way_back()
    {
        await using var host = await TestHost.Start();
        await using var window = await Visitor.Arrive(host);
        var page = window.Page;
        await window.Go("/context/documents");
        // Playwright puts files into a field that is not ready for them; a person cannot.
        await Expect(page.GetByLabel("Choose documents to upload")).ToBeEnabledAsync();
        await page.GetByLabel("Choose documents to upload").SetInputFilesAsync(
        [
            File("boots.md", "# Boot care\n\nGrease the boots twice a year."), File("scan.pdf", "%PDF-1.4 torn"), File("photo.png", "\u0089PNG\0"),
        ]);
        var uploads = page.GetByRole(AriaRole.List, new() { Name = "Uploads" });
        await Expect(uploads.GetByText("Ready")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Expect(uploads.GetByText("scan.pdf is damaged")).ToBeVisibleAsync();
        await Expect(uploads.GetByText("photo.png is not what its name says")).ToBeVisibleAsync();
        await Fine(window);

        await page.GetByRole(AriaRole.Link, new() { Name = "Search", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Combobox, new() { Name = "A word, a question" }).PressSequentiallyAsync("how often to greas", new() { Delay = 20 });
        var found = page.GetByRole(AriaRole.Option, new() { Name = "Boot care" });
        await Expect(found.Locator("mark").First).ToHaveTextAsync("Grease");
        await Fine(window);
        await page.Keyboard.PressAsync("ArrowDown");
        await Expect(page.GetByRole(AriaRole.Option, new() { Selected = true })).ToContainTextAsync("Boot care");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".cited")).ToContainTextAsync("Grease the boots twice a year.");
        await Fine(window);

        await page.GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Boot care" })).ToBeVisibleAsync();
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task Two_who_edit_an_entity_at_once_see_what_differs_and_its_history_keeps_all()
    {
        await using var host = await TestHost.Start();
        await using var window = await Visitor.Arrive(host);
        var page = window.Page;
        await window.Go("/context/entities/new?type=policy");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a field" }).ClickAsync();
        await page.GetByLabel("Name of the field").Nth(1).FillAsync("returnDays");
        await page.GetByLabel("What it holds").Nth(1).SelectOptionAsync("Number");
        await page.GetByLabel("Return days", new() { Exact = true }).FillAsync("a month");
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Name", Exact = true }).FillAsync("Returns");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await Expect(page.GetByText("Write a number")).ToBeVisibleAsync();
        await Fine(window);
        await page.GetByLabel("Return days", new() { Exact = true }).FillAsync("30");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await Expect(page).ToHaveURLAsync(EntityPath());
        var path = new Uri(page.Url).AbsolutePath;
        await page.GetByRole(AriaRole.Button, new() { Name = "Verify all" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Verify" })).ToHaveCountAsync(0);
        await Fine(window);

        await page.GetByRole(AriaRole.Link, new() { Name = "Edit" }).ClickAsync();
        await Expect(page.GetByLabel("Return days")).ToBeVisibleAsync();
        await using (var other = await Visitor.Arrive(host))
            await Save(other, $"{path}?edit=true", "14");
        await page.GetByLabel("Return days").FillAsync("60");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "Return days 14 60" })).ToBeVisibleAsync();
        await Fine(window);
        await page.GetByRole(AriaRole.Button, new() { Name = "Save mine in these fields" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Earlier values of Return days" }).ClickAsync();
        await Expect(page.Locator(".was")).ToHaveTextAsync(["14", "30"]);
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task The_list_is_narrowed_by_type_and_words_in_the_address_and_follows_what_others_write()
    {
        await using var host = await TestHost.Start();
        await using var window = await Visitor.Arrive(host, Screen.Phone, dark: true);
        var page = window.Page;
        await window.Go("/context");
        await page.GetByRole(AriaRole.Link, new() { NameRegex = Products() }).ClickAsync();
        await page.GetByLabel("Search products").FillAsync("stove");
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/context\\?type=product&q=stove$"));
        await Expect(page.Locator("tbody tr").First).ToContainTextAsync("stove", new() { IgnoreCase = true });
        await Fine(window);

        await using var db = host.Database.OpenUnscoped();
        var workspace = await db.Workspaces.Select(w => w.Id).SingleAsync(TestContext.Current.CancellationToken);
        var written = await host.Get<WriteEntity>().Run(
            Actor.System(workspace), new WriteEntityRequest(null, "product", null, null, Json.Element(new { sku = "TW-NEW", name = "Midge stove" }), SourceKind.Api, "CRM"), TestContext.Current.CancellationToken);
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = written.Value.Name })).ToBeVisibleAsync();
        Assert.Empty(window.Complaints);
    }

    private static async Task Save(BrowserWindow window, string path, string days)
    {
        await window.Go(path);
        await window.Page.GetByLabel("Return days").FillAsync(days);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Link, new() { Name = "Edit" })).ToBeVisibleAsync();
    }

    private static async Task Fine(BrowserWindow window) => Assert.Empty(await window.AxeFindings());

    private static FilePayload File(string name, string text) => new() { Name = name, MimeType = "", Buffer = System.Text.Encoding.Latin1.GetBytes(text) };

    [GeneratedRegex("/context/entities/[0-9a-f-]{36}$")]
    private static partial Regex EntityPath();

    [GeneratedRegex("^Products")]
    private static partial Regex Products();
}
