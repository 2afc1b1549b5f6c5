using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using BizQ.Tests.Models;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BizQ.Tests.Runtime.ToolUse;

/// <summary>A run's page shows what a model did turn by turn.</summary>
public sealed class ToolPagesTests
{
    private const string Helper = """
        {
          "format": 1, "name": "Helper", "purpose": "Answers and sends.", "permissions": { "tools": ["mail.send"], "recipients": ["ana@example.org"] },
          "nodes": [
            { "id": "start", "kind": "trigger" },
            { "id": "assist", "kind": "model", "title": "Look into it", "settings": { "task": "free", "instruction": "Answer, and send the answer.", "input": "{{ trigger.input.ask }}", "tools": ["context", "mail.send"] } },
            { "id": "end", "kind": "output", "settings": { "value": "{{ steps.assist.output.text }}" } }
          ],
          "edges": [ { "from": "start", "to": "assist" }, { "from": "assist", "to": "end" } ]
        }
        """;

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Turns_and_calls_stand_under_the_model_s_step()
    {
        Environment.SetEnvironmentVariable(ModelDesk.KeyVariable, ModelDesk.Key);
        await using var model = await ScriptedModel.Start();
        model.Calls(("look_up", new { search = "Where is order 4711?" }), ("look_down", new { })).Calls(("mail_send", new { to = "ana@example.org", subject = "Your order", text = "It is on its way." })).Says("Sent.");
        await using var host = await TestHost.Start(Engine.Sqlite, settings: ModelDesk.Endpoint(model));
        await using var window = await Chromium.Open(host.Address);
        var page = window.Page;
        await window.Go("/setup");
        // Without the sample business, whose own agents would ask the same model.
        await Visitor.SetUp(window, sample: false);
        var run = await Waiting(host);
        await window.Go($"/runs/{run.Id}");
        await Expect(page.GetByText("2 turns", new() { Exact = true })).ToBeVisibleAsync();
        await page.GetByText("Turn 1", new() { Exact = true }).ClickAsync();
        await Expect(page.GetByText("Look up", new() { Exact = true })).ToBeVisibleAsync();
        await page.GetByText("The model's turn", new() { Exact = true }).First.ClickAsync();
        await Expect(page.GetByText("There is no tool 'look_down'.").First).ToBeVisibleAsync();
        await page.GetByText("Turn 2", new() { Exact = true }).ClickAsync();
        await page.GetByText("Send a mail", new() { Exact = true }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Decide now" }).First).ToBeVisibleAsync();
        await Expect(page.GetByText("ana@example.org").First).ToBeVisibleAsync();
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Repository.File("artifacts", "screens", "run-turns.png"), FullPage = true });
        Assert.Empty(await window.AxeFindings());

        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await page.SetViewportSizeAsync(390, 844);
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Repository.File("artifacts", "screens", "run-turns-phone.png"), FullPage = true });
        Assert.True(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"), "The page is wider than a phone.");
        Assert.Empty(await window.AxeFindings());
        Assert.Empty(window.Complaints);
    }

    private async Task<Run> Waiting(TestHost host)
    {
        await using var db = host.Database.OpenUnscoped();
        var actor = Actor.System(await db.Workspaces.Select(w => w.Id).SingleAsync(_cancel)) with { Permissions = Actor.Of(Role.Owner) };
        var saved = await host.Get<SaveAgent>().Run(actor, new SaveAgentRequest(null, JsonElement.Parse(Helper), null), _cancel);
        Assert.True(saved.Ok, saved.Refusal?.Message);
        var input = Json.Element(new { kind = "manual", input = new { ask = "Where is order 4711?" } });
        var run = (await host.Get<StartRun>().Run(actor, new StartRunRequest(saved.Value.Agent.Id, "manual", "Where is order 4711?", input, "one"), _cancel)).Value;
        return await host.Until(actor.WorkspaceId, db => db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.Id == run.Id && r.Status == RunStatus.WaitingForApproval, _cancel), "the run to wait");
    }
}
