using System.Text;
using BizQ.Tests.Kit;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BizQ.Tests.Context.Pages;

/// <summary>A person brings a table in: sees what it would become, sees it become that, reads what did not, takes it out again, and exports.</summary>
public sealed class ImportPagesTests
{
    [Fact]
    public async Task A_table_is_dropped_mapped_imported_and_taken_out_again()
    {
        await using var host = await TestHost.Start();
        await using var window = await Visitor.Arrive(host);
        var page = window.Page;
        await window.Go("/context");
        await page.GetByRole(AriaRole.Link, new() { Name = "Import", Exact = true }).ClickAsync();
        await Expect(page.GetByLabel("Choose a table to import")).ToBeEnabledAsync();
        await Fine(window, "import");

        await Upload(page, "broken.xlsx", "no workbook");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("broken.xlsx");
        await Fine(window, "import-refused");

        var rows = Enumerable.Range(1, 3_000).Select(n => n == 17 ? $";Nameless;nobody{n}@example.com;1.2.2024;;yes" : $"K-{n:0000};Person {n};person{n}@example.com;{(n == 5 ? "soon" : "1.2.2024")};{n},50;yes");
        await Upload(page, "customers.csv", $"Customer number;Full name;E-mail;Customer since;Turnover;Newsletter\n{string.Join('\n', rows)}\n");
        await Expect(page.GetByText("Of 3,000 rows: 2,999 new, 0 changed, 0 as they are, 1 with problems")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Expect(page.GetByLabel("Field for Full name")).ToHaveValueAsync("name");
        await page.GetByLabel("Kind of Customer since").SelectOptionAsync("Date");
        await Expect(page.GetByText("2 with problems, which are not taken in")).ToBeVisibleAsync();
        await page.GetByLabel("Field for Newsletter").FillAsync("");
        await page.GetByLabel("Field for Newsletter").PressAsync("Tab");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "First rows as they would be stored" }).GetByText("Newsletter")).ToHaveCountAsync(0);
        await Fine(window, "import-mapping");
        await page.SetViewportSizeAsync(390, 844);
        await Narrow(window, "import-mapping-phone");
        await page.SetViewportSizeAsync(1280, 800);

        await page.GetByRole(AriaRole.Button, new() { Name = "Import 2,998 rows" }).ClickAsync();
        await Expect(page.GetByText("All 3,000 rows are dealt with; 2 could not be taken in.")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Expect(page.GetByText("It has no key")).ToBeVisibleAsync();
        await Fine(window, "import-done");
        await page.SetViewportSizeAsync(390, 844);
        await Narrow(window, "import-done-phone");
        await page.SetViewportSizeAsync(1280, 800);

        await page.GetByRole(AriaRole.Link, new() { Name = "Show customers" }).ClickAsync();
        await page.GetByText("Export", new() { Exact = true }).ClickAsync();
        await Fine(window, "export");
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "CSV any spreadsheet" }).ClickAsync());
        Assert.Contains("K-0002", await File.ReadAllTextAsync(await download.PathAsync(), TestContext.Current.CancellationToken), StringComparison.Ordinal);

        await page.GoBackAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove the 2,998 that this import added" }).ClickAsync();
        await Expect(page.GetByText("Everything this import had added is taken out again.")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        Assert.Empty(window.Complaints);
    }

    private static Task Upload(IPage page, string name, string text) =>
        page.GetByLabel("Choose a table to import").SetInputFilesAsync(new FilePayload { Name = name, MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes(text) });

    private static async Task Fine(BrowserWindow window, string name)
    {
        await window.Quiet();
        await window.Shoot(name);
        Assert.Empty(await window.AxeFindings());
    }

    private static async Task Narrow(BrowserWindow window, string name)
    {
        await window.Quiet();
        await window.Shoot(name);
        Assert.True(await window.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, $"{name} is wider than the screen");
    }
}
