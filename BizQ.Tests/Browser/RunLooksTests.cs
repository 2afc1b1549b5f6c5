using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BizQ.Tests.Browser;

/// <summary>Loops, calls, waits and questions after errors as people see them; a picture of each in artifacts/screens.</summary>
public sealed class RunLooksTests
{
    private const string Loops = """
        {
          "format": 1, "name": "Stocktaking", "purpose": "Counts every shelf twice and asks about what does not add up.", "limits": { "maxSteps": 1000 },
          "triggers": [
            { "id": "hand", "kind": "manual" }, { "id": "nightly", "kind": "schedule", "cron": "0 0 2 ? * MON-FRI", "missed": "catchUp", "mostMissed": 3 },
            { "id": "scanner", "kind": "webhook", "auth": "signature" }, { "id": "changed", "kind": "event", "event": "entity.changed", "type": "product" }, { "id": "shelves", "kind": "queue", "queue": "shelves" }
          ],
          "nodes": [
            { "id": "start", "kind": "trigger" },
            { "id": "shelf", "kind": "forEach", "title": "Each shelf", "timeoutSeconds": 7200, "retry": { "attempts": 2, "firstSeconds": 60 }, "settings": { "items": "{{ trigger.input.shelves || [] }}", "concurrency": 4, "onItemError": "collect" }, "onError": { "then": "ask" } },
            { "id": "count", "kind": "while", "parent": "shelf", "title": "Count until it fits", "settings": { "condition": "round === 0", "max": 3 } },
            { "id": "once", "kind": "transform", "parent": "count", "title": "Count once", "settings": { "set": { "n": "{{ item.toFixed(1) }}" } } },
            { "id": "note", "kind": "transform", "parent": "shelf", "title": "Note it down", "settings": { "set": { "n": "{{ item }}" } } },
            { "id": "help", "kind": "agent", "title": "Ask the stock keeper", "timeoutSeconds": 86400, "settings": { "agent": "Stock keeper", "input": { "n": 1 } }, "onError": { "then": "ask", "value": { "case": "done", "result": "nobody answered" } } },
            { "id": "done", "kind": "output", "settings": { "value": "{{ steps.help.output.result }}" } }
          ],
          "edges": [ { "from": "start", "to": "shelf" }, { "from": "count", "to": "note" }, { "from": "shelf", "to": "help" }, { "from": "help", "to": "done" } ]
        }
        """;

    private const string Keeper = """
        {
          "format": 1, "name": "Stock keeper", "purpose": "Knows what is on the shelves.",
          "nodes": [ { "id": "start", "kind": "trigger" }, { "id": "rest", "kind": "wait", "title": "Wait for the delivery", "settings": { "event": "delivery.arrived", "correlation": "{{ trigger.input.n }}", "for": "2 d" } }, { "id": "say", "kind": "output", "settings": { "value": "all there" } } ],
          "edges": [ { "from": "start", "to": "rest" }, { "from": "rest", "to": "say" } ]
        }
        """;

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_an_error_a_person_presses_try_again_and_the_run_goes_on()
    {
        await using var host = await TestHost.Start();
        await using var window = await Visitor.Arrive(host);
        var page = window.Page;
        var actor = await Owner(host);
        var agent = await Save(host, actor, Loops);
        // There is no stock keeper yet, so the call fails and a person is asked.
        var run = await Start(host, actor, agent, new { shelves = Enumerable.Range(1, 6) });
        await Asked(host, actor, run);
        await Save(host, actor, Keeper);

        await window.Go($"/runs/{run.Id}");
        await page.GetByRole(AriaRole.Link, new() { Name = "Decide now" }).First.ClickAsync();
        await Expect(page.GetByText("Ask the stock keeper failed").First).ToBeVisibleAsync();
        Assert.Empty(await window.AxeFindings());
        await page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await host.Until(actor.WorkspaceId, db => db.Runs.FirstOrDefaultAsync(r => r.ParentRunId == run.Id && r.Status == RunStatus.WaitingForEvent, _cancel), "the stock keeper to be called");
        await window.Go($"/runs/{run.Id}");
        await Expect(page.GetByText("waits for the result of")).ToBeVisibleAsync();
        Assert.Empty(await window.AxeFindings());
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task After_an_error_a_person_presses_go_on_or_stop()
    {
        await using var host = await TestHost.Start();
        await using var window = await Visitor.Arrive(host, Screen.Phone, dark: true);
        var page = window.Page;
        var actor = await Owner(host);
        var agent = await Save(host, actor, Loops);
        foreach (var (button, status) in new[] { ("Go on without it", RunStatus.Succeeded), ("Stop here", RunStatus.Failed) })
        {
            var run = await Start(host, actor, agent, new { shelves = Array.Empty<int>() });
            var approval = await Asked(host, actor, run);
            await window.Go($"/approvals/{approval}");
            await page.GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync();
            var ended = await host.Until(actor.WorkspaceId, db => db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.Id == run.Id && r.CompletedAt != null, _cancel), "the run to end");
            Assert.Equal(status, ended.Status);
            if (status == RunStatus.Succeeded)
                Assert.Equal("nobody answered", ended.Output!.Value.GetString());
        }
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task Loops_calls_waits_and_questions_can_be_looked_at()
    {
        await using var host = await TestHost.Start();
        await (await Visitor.Arrive(host)).DisposeAsync();
        var actor = await Owner(host);
        var agent = await Save(host, actor, Loops);
        var asks = await Start(host, actor, agent, new { shelves = Enumerable.Range(1, 6) });
        var approval = await Asked(host, actor, asks);
        var keeper = await Save(host, actor, Keeper);
        var calls = await Start(host, actor, agent, new { shelves = Enumerable.Range(1, 6) });
        var called = await host.Until(actor.WorkspaceId, db => db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.ParentRunId == calls.Id && r.Status == RunStatus.WaitingForEvent, _cancel), "the call");
        var broken = await Start(host, actor, agent, new { shelves = new object[] { 1, "two", 3, "four", 5 } });
        var paused = await host.Until(actor.WorkspaceId, db => db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.Id == broken.Id && r.Status == RunStatus.WaitingForTime, _cancel), "the loop to be tried again later");
        var again = (await host.Get<RepeatRun>().Run(actor, new RepeatRunRequest(calls.Id, Rehearse: true), _cancel)).Value;
        await host.Until(actor.WorkspaceId, db => db.Runs.FirstOrDefaultAsync(r => r.Id == again.Id && r.CompletedAt != null, _cancel), "the rehearsal to end");
        (string Name, string Path)[] pages =
        [
            ("loop-agent", $"/agents/{agent.Id}"), ("loop-edit", $"/agents/{agent.Id}/edit"), ("loop-run", $"/runs/{calls.Id}"), ("loop-paused", $"/runs/{paused.Id}"), ("loop-asks", $"/runs/{asks.Id}"),
            ("failure-approval", $"/approvals/{approval}"), ("called-run", $"/runs/{called.Id}"), ("compared-run", $"/runs/{again.Id}"), ("keeper", $"/agents/{keeper.Id}"), ("runs-many", "/runs"), ("workspace", "/settings"),
        ];
        List<string> wrong = [];
        foreach (var (screen, dark) in new[] { (Screen.Desktop, false), (Screen.Phone, true) })
        {
            await using var window = await Visitor.Arrive(host, screen, dark);
            foreach (var (name, path) in pages)
                wrong.AddRange(await Look(window, name, path, $"{screen}-{(dark ? "dark" : "light")}".ToLowerInvariant()));
            wrong.AddRange(window.Complaints);
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Distinct()));
    }

    private static async Task<IEnumerable<string>> Look(BrowserWindow window, string name, string path, string looks)
    {
        await window.Go(path);
        await window.Quiet();
        // On a phone each run is picked by itself: there is no row of headings.
        if (name is "runs-many" && looks.StartsWith("desktop", StringComparison.Ordinal))
            await window.Page.GetByLabel("Select all shown").CheckAsync();
        if (name is "loop-run")
            await window.Page.Locator("summary", new() { HasText = "Each shelf" }).ClickAsync();
        await window.Quiet();
        await window.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Repository.File("artifacts", "screens", $"{name}-{looks}.png"), FullPage = true });
        var wrong = await window.AxeFindings();
        var over = await window.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        return over > 0 ? [.. wrong, $"{name} is {over} px wider than the screen ({looks})"] : wrong;
    }

    private async Task<Actor> Owner(TestHost host)
    {
        await using var db = host.Database.OpenUnscoped();
        return Actor.System(await db.Workspaces.Select(w => w.Id).SingleAsync(_cancel)) with { Permissions = Actor.Of(Role.Owner) };
    }

    private async Task<Agent> Save(TestHost host, Actor actor, string definition)
    {
        var saved = await host.Get<SaveAgent>().Run(actor, new SaveAgentRequest(null, JsonElement.Parse(definition)), _cancel);
        Assert.True(saved.Ok, string.Join('\n', saved.Refusal?.Problems?.Select(p => $"{p.Pointer}: {p.Message}") ?? [saved.Refusal?.Message]));
        return saved.Value.Agent;
    }

    private async Task<Run> Start(TestHost host, Actor actor, Agent agent, object input) =>
        (await host.Get<StartRun>().Run(actor, new StartRunRequest(agent.Id, "manual", $"{agent.Name} of today", Json.Element(new { kind = "manual", input }), $"{host.Get<Ids>().New()}"), _cancel)).Value;

    private async Task<Guid> Asked(TestHost host, Actor actor, Run run) =>
        (await host.Until(actor.WorkspaceId, db => db.Approvals.AsNoTracking().FirstOrDefaultAsync(a => a.RunId == run.Id, _cancel), "the question")).Id;
}
