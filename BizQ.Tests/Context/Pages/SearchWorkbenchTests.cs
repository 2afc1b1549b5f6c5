using BizQ.Core.Runs;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BizQ.Tests.Context.Pages;

/// <summary>The workbench of search, as people use it, in Chromium.</summary>
public sealed class SearchWorkbenchTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_question_is_tried_marked_kept_as_a_test_and_run_under_other_weights()
    {
        await using var host = await TestHost.Start();
        await using var window = await Visitor.Arrive(host);
        var page = window.Page;
        await window.Go("/context/search/workbench");
        await page.GetByRole(AriaRole.Searchbox, new() { Name = "A question to try" }).FillAsync("how long does shipping take");
        var table = page.GetByRole(AriaRole.Region, new() { Name = "Answers and their places" });
        await Expect(table.GetByRole(AriaRole.Row).Nth(1).Locator("[data-way=Text]")).Not.ToHaveTextAsync("–");
        await page.GetByRole(AriaRole.Button, new() { Name = "Right:" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Wrong:" }).Nth(1).ClickAsync();
        await Expect(page.GetByText("1 right, 1 wrong")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Save as test" }).ClickAsync();
        var tests = page.GetByRole(AriaRole.Region, new() { Name = "Tests" });
        await Expect(tests.GetByText("how long does shipping take")).ToBeVisibleAsync();

        await page.GetByLabel("Recency").FillAsync("5");
        await page.GetByLabel("Recency").PressAsync("Tab");
        await Expect(page.GetByText("For what you try here; agents search as before.")).ToBeVisibleAsync();
        await tests.GetByRole(AriaRole.Button, new() { Name = "Run all tests" }).ClickAsync();
        await Expect(tests.GetByText("nDCG@10")).ToContainTextAsync("1.00 now");
        await window.Shoot("search-workbench-tests");
        Assert.Empty(await window.AxeFindings());
        await page.GetByRole(AriaRole.Button, new() { Name = "Save for the workspace" }).ClickAsync();
        await Expect(page.GetByText("As people and agents search now.")).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Expect(page.GetByLabel("Recency")).ToHaveValueAsync("5");
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task What_a_run_looked_up_is_opened_again_with_what_it_was_given()
    {
        await using var host = await TestHost.Start();
        await using var window = await Visitor.Arrive(host);
        await using var unscoped = host.Database.OpenUnscoped();
        var workspace = (await unscoped.Workspaces.SingleAsync(_cancel)).Id;
        var run = await host.Until(workspace, db => db.Runs.FirstOrDefaultAsync(r => r.Status == RunStatus.WaitingForApproval, _cancel), "a run that waits");
        await using var db = host.Database.Open(workspace);
        var steps = await db.RunSteps.Where(s => s.RunId == run.Id && s.Kind == "context").ToListAsync(_cancel);
        var step = steps.First(s => s.Input is { } input && input.TryGetProperty("search", out _));
        await window.Go($"/context/search/workbench?run={run.Id}&step={step.Id}");
        await Expect(window.Page.GetByText("As the run asked it")).ToBeVisibleAsync();
        await Expect(window.Page.GetByText("given then").First).ToBeVisibleAsync();
        await window.Shoot("search-workbench-run");
        Assert.Empty(window.Complaints);
    }
}
