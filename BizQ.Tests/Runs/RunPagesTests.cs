using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BizQ.Tests.Runs;

/// <summary>How people steer runs in the browser.</summary>
public sealed class RunPagesTests
{
    private const string Adds = """
        {
          "format": 1, "name": "Adds up", "purpose": "Adds up.", "limits": { "maxSteps": 1000 },
          "nodes": [
            { "id": "start", "kind": "trigger" },
            { "id": "each", "kind": "forEach", "title": "Each item", "settings": { "items": "{{ trigger.input.items }}", "onItemError": "continue" } },
            { "id": "work", "kind": "transform", "parent": "each", "title": "Work it out", "settings": { "set": { "n": "{{ item.toFixed(1) }}" } } },
            { "id": "sum", "kind": "transform", "title": "Add it up", "settings": { "set": { "n": "{{ trigger.input.n.toFixed(2) }}" } } },
            { "id": "end", "kind": "output", "settings": { "value": "{{ steps.sum.output.n }}" } }
          ],
          "edges": [ { "from": "start", "to": "each" }, { "from": "each", "to": "sum" }, { "from": "sum", "to": "end" } ]
        }
        """;

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_runs_are_selected_by_keyboard_cancelled_and_brought_back()
    {
        await using var host = await TestHost.Start();
        await using var window = await Visitor.Arrive(host);
        var page = window.Page;
        var (actor, agent) = await Agent(host);
        for (var n = 0; n < 3; n++)
            await Failed(host, actor, agent, $"Broken {n}");
        await window.Go("/runs?status=failed");
        await Expect(page.Locator("body")).ToHaveAttributeAsync("data-keys", "runs");
        await page.GetByLabel("Select Broken 2").FocusAsync();
        await page.Keyboard.PressAsync("x");
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("Shift+X");
        var bar = page.GetByRole(AriaRole.Group, new() { Name = "Selected runs" });
        await Expect(bar).ToContainTextAsync("3 selected");
        await Fine(window);

        // Failed runs have ended: cancelling them is refused, and every one of them is named.
        await bar.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(page.GetByText("3 runs were left as they are.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Got it" }).ClickAsync();
        await page.GetByLabel("Select all shown").CheckAsync();
        await bar.GetByRole(AriaRole.Button, new() { Name = "Start again" }).ClickAsync();
        await Expect(page.GetByText("3 runs started again")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Failed 6" })).ToBeVisibleAsync();
        await page.GetByLabel("Agent", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = "Adds up" });
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex($"/runs\\?status=failed&agent={agent.Id}$"));
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task A_run_is_started_again_with_another_input_and_shown_beside_the_one_it_repeats()
    {
        await using var host = await TestHost.Start();
        await using var window = await Visitor.Arrive(host, Screen.Phone, dark: true);
        var page = window.Page;
        var (actor, agent) = await Agent(host);
        var run = await Failed(host, actor, agent, "Broken");
        await window.Go($"/runs/{run.Id}");
        await Expect(page.GetByText("failed: it says").First).ToBeVisibleAsync();
        await page.GetByText("Each item").First.ClickAsync();
        await Expect(page.GetByText("120 rounds")).ToBeVisibleAsync();
        await Expect(page.GetByText("Round 50", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByText("Round 51", new() { Exact = true })).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "With a failure 1" }).ClickAsync();
        await page.GetByText("Round 8", new() { Exact = true }).ClickAsync();
        await Expect(page.GetByText("Work it out").First).ToBeVisibleAsync();
        await Fine(window);

        await page.Locator("summary", new() { HasText = "More" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Start again with another input…" }).ClickAsync();
        await page.GetByLabel("Input", new() { Exact = true }).FillAsync("""{"kind":"manual","input":{"items":[],"n":7}}""");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        await Expect(page.GetByText("steps came to something else")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Repeats an earlier run" })).ToBeVisibleAsync();
        await Fine(window);
        Assert.Empty(window.Complaints);
    }

    private async Task<(Actor Actor, Agent Agent)> Agent(TestHost host)
    {
        await using var db = host.Database.OpenUnscoped();
        var actor = Actor.System(await db.Workspaces.Select(w => w.Id).SingleAsync(_cancel)) with { Permissions = Actor.Of(Role.Owner) };
        return (actor, (await host.Get<SaveAgent>().Run(actor, new SaveAgentRequest(null, System.Text.Json.JsonElement.Parse(Adds), null), _cancel)).Value.Agent);
    }

    private async Task<Run> Failed(TestHost host, Actor actor, Agent agent, string title)
    {
        var items = Enumerable.Range(0, 120).Select(n => n == 7 ? (object)"seven" : n);
        var input = Json.Element(new { kind = "manual", input = new { items, n = "none" } });
        var run = (await host.Get<StartRun>().Run(actor, new StartRunRequest(agent.Id, "manual", title, input, title), _cancel)).Value;
        return await host.Until(actor.WorkspaceId, db => db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.Id == run.Id && r.Status == RunStatus.Failed, _cancel), "the run to fail");
    }

    private static async Task Fine(BrowserWindow window) => Assert.Empty(await window.AxeFindings());
}
