using BizQ.Core.Effects;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace BizQ.Tests.Approvals;

/// <summary>The approval queue in a browser: by keys, in two windows, with an impatient hand and with a bad edit.</summary>
public sealed class ApprovalPageTests
{
    [Fact]
    public async Task Keys_move_edit_and_reject_and_another_window_follows_live()
    {
        await using var host = await TestHost.Start();
        await using var window = await Visitor.Arrive(host);
        await using var other = await Visitor.Arrive(host);
        await window.Go("/approvals");
        await other.Go("/approvals");
        var (page, queue) = (window.Page, window.Page.GetByRole(AriaRole.Navigation, new() { Name = "Waiting approvals" }).GetByRole(AriaRole.Link));
        await Assertions.Expect(Badge(other)).ToHaveTextAsync("2 waiting");
        var first = await Title(window);

        await Press(window, "j", () => Assertions.Expect(Heading(window)).Not.ToHaveTextAsync(first));
        await Press(window, "k", () => Assertions.Expect(Heading(window)).ToHaveTextAsync(first));
        await Press(window, "e", () => Assertions.Expect(page.GetByLabel("Text", new() { Exact = true })).ToBeVisibleAsync());
        // Letters typed into the text are letters.
        await page.GetByLabel("Subject").FillAsync("");
        await page.GetByLabel("Subject").PressSequentiallyAsync("a rare jerk");
        await Assertions.Expect(page.GetByLabel("Subject")).ToHaveValueAsync("a rare jerk");
        await page.GetByRole(AriaRole.Button, new() { Name = "Discard edit" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Approvals" }).ClickAsync();
        await Press(window, "r", () => Assertions.Expect(page.GetByLabel("Why not?")).ToBeVisibleAsync());
        var reject = page.GetByRole(AriaRole.Button, new() { Name = "Reject", Exact = true });
        await reject.ClickAsync();
        await Assertions.Expect(page.GetByText("Say why you reject this")).ToBeVisibleAsync();
        await page.GetByLabel("Why not?").FillAsync("We do not say it like this");
        await reject.ClickAsync();

        await Assertions.Expect(queue).ToHaveCountAsync(1);
        await Assertions.Expect(other.Page.GetByText($"rejected “{first}”")).ToBeVisibleAsync();
        await Assertions.Expect(Badge(other)).ToHaveTextAsync("1 waiting");
        await Assertions.Expect(Heading(other)).Not.ToHaveTextAsync(first);
        Assert.Empty(window.Complaints.Concat(other.Complaints));
    }

    [Fact]
    public async Task A_double_click_is_one_decision()
    {
        await using var host = await TestHost.Start();
        await using var window = await Visitor.Arrive(host);
        await window.Go("/approvals");
        var first = await Title(window);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Approve" }).DblClickAsync();
        await Assertions.Expect(window.Page.GetByText($"Approved: {first}")).ToBeVisibleAsync();

        await Assertions.Expect(Heading(window)).Not.ToHaveTextAsync(first);
        await Assertions.Expect(Badge(window)).ToHaveTextAsync("1 waiting");
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task An_edit_that_may_not_go_out_is_refused_in_place_and_nothing_typed_is_lost()
    {
        await using var host = await TestHost.Start();
        await using var window = await Visitor.Arrive(host);
        await window.Go("/approvals");
        var page = window.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Edit" }).ClickAsync();
        await page.GetByLabel("To", new() { Exact = true }).FillAsync("everybody@list.example");
        await page.GetByLabel("Text", new() { Exact = true }).FillAsync("My own words.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve my version" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("everybody@list.example");
        await Assertions.Expect(page.GetByLabel("Text", new() { Exact = true })).ToHaveValueAsync("My own words.");
        await using var unscoped = host.Database.OpenUnscoped();
        var cancel = TestContext.Current.CancellationToken;
        await using var db = host.Database.Open((await unscoped.Workspaces.SingleAsync(cancel)).Id);
        Assert.All(await db.Effects.ToListAsync(cancel), effect => Assert.Equal(EffectState.Judged, effect.State));
    }

    private static ILocator Heading(BrowserWindow window) => window.Page.GetByRole(AriaRole.Region, new() { Name = "Approval", Exact = true }).GetByRole(AriaRole.Heading).First;

    private static async Task<string> Title(BrowserWindow window) => (await Heading(window).TextContentAsync())!;

    private static ILocator Badge(BrowserWindow window) => window.Page.Locator(".rail-badge").First;

    /// <summary>Presses a key once the page listens.</summary>
    private static async Task Press(BrowserWindow window, string key, Func<Task> leadsTo)
    {
        await window.Page.Locator("body[data-keys=approvals]").WaitForAsync();
        await window.Page.Keyboard.PressAsync(key);
        await leadsTo();
    }
}
