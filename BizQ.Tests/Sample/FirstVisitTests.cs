using BizQ.Core.Approvals;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace BizQ.Tests.Sample;

/// <summary>The first page with "Start with a sample business", as a newcomer meets it.</summary>
public sealed class FirstVisitTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_sample_is_ticked_and_one_click_later_two_answers_wait()
    {
        await using var host = await TestHost.Start();
        await using var window = await Chromium.Open(host.Address);
        await window.Go("/setup");
        Assert.True(await window.Page.GetByLabel("Start with a sample business").IsCheckedAsync());
        await Visitor.SetUp(window);

        await Assertions.Expect(window.Page.GetByText("Your sample business is open")).ToBeVisibleAsync();
        await Assertions.Expect(window.Page.GetByText("2 approvals wait for you.")).ToBeVisibleAsync();
        var findings = await window.AxeFindings();
        Assert.True(findings.Count == 0, string.Join('\n', findings));
        Assert.Empty(window.Complaints);
        await window.Shoot("home-sample");
    }

    [Fact]
    public async Task Without_the_tick_the_workspace_is_empty()
    {
        await using var host = await TestHost.Start();
        await using var window = await Chromium.Open(host.Address);
        await window.Go("/setup");
        await Visitor.SetUp(window, sample: false);

        await Assertions.Expect(window.Page.GetByText("Getting started")).ToBeVisibleAsync();
        await using var unscoped = host.Database.OpenUnscoped();
        await using var db = host.Database.Open((await unscoped.Workspaces.SingleAsync(Cancel)).Id);
        Assert.Equal((0, 0), (await db.Agents.CountAsync(Cancel), await db.Approvals.CountAsync(a => a.State == ApprovalState.Open, Cancel)));
    }
}
