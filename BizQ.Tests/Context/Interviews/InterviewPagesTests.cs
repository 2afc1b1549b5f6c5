using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Context;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BizQ.Tests.Context.Interviews;

/// <summary>A newcomer tells BizQ about the business, with two documents at hand, until an agent knows what it needs.</summary>
public sealed class InterviewPagesTests
{
    private const string Handbook = """
        # Staff handbook

        Opening hours: Mon to Fri 9:00 to 18:00

        Phone: +353 20 914 0177
        """;

    private const string Leaflet = """
        # Leaflet

        Opening hours: Mon to Sat 10:00 to 20:00

        Address: 14 Quay Lane, Tarnwick
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task From_an_empty_workspace_to_an_agent_that_knows_what_it_needs()
    {
        await using var host = await TestHost.Start();
        await using var window = await Chromium.Open(host.Address);
        var page = window.Page;
        await window.Go("/setup");
        await Visitor.SetUp(window, sample: false);
        var (owner, agent) = await SampleAgent(host);
        await window.Go($"/agents/{agent}");
        await Expect(page.GetByText("Not ready")).ToBeVisibleAsync();

        await window.Go("/context/interviews");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Company basics" })).ToContainTextAsync("Agents need it");
        await Fine(window);
        await window.Shoot("interviews");
        await page.GetByRole(AriaRole.Link, new() { Name = "Company basics" }).ClickAsync();
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Sections" }).GetByRole(AriaRole.Link, new() { Name = "The shop" }).ClickAsync();
        await Upload(page, "handbook.md", Handbook);

        // What the first document says is offered with its place, and saved only when it is taken.
        var hours = page.GetByRole(AriaRole.Article, new() { Name = "When is the shop open?" });
        var phone = page.GetByRole(AriaRole.Article, new() { Name = "Under which number does the shop answer?" });
        await Expect(hours.GetByText("Staff handbook")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Fine(window);
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Repository.File("artifacts", "screens", "interview-drafts.png"), FullPage = true });
        await hours.GetByRole(AriaRole.Button, new() { Name = "Use this" }).ClickAsync();
        await hours.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(hours.GetByText("verified by")).ToBeVisibleAsync();
        await phone.GetByRole(AriaRole.Button, new() { Name = "Use this" }).ClickAsync();
        await phone.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(phone.GetByText("verified by")).ToBeVisibleAsync();

        // What is written is kept also when the page is left.
        var answers = page.GetByRole(AriaRole.Article, new() { Name = "How fast do you answer mails?" });
        await answers.GetByRole(AriaRole.Textbox).PressSequentiallyAsync("1 business day");
        await Expect(answers.GetByText("Kept, not saved yet")).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Expect(answers.GetByRole(AriaRole.Textbox)).ToHaveValueAsync("1 business day");
        await answers.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(answers.GetByText("verified by")).ToBeVisibleAsync();

        // The second document answers one more, and contradicts the first.
        await page.GetByText("Let documents or your own words answer").ClickAsync();
        await Upload(page, "leaflet.md", Leaflet);
        var address = page.GetByRole(AriaRole.Article, new() { Name = "Where is the shop?" });
        await address.GetByRole(AriaRole.Button, new() { Name = "Use this" }).ClickAsync(new() { Timeout = 60_000 });
        await address.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(address.GetByText("verified by")).ToBeVisibleAsync();
        await Expect(hours.GetByText("Contradicted")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Agents this unlocks" }).GetByText("Not ready")).ToBeVisibleAsync();
        await Fine(window);
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Repository.File("artifacts", "screens", "interview-conflict.png"), FullPage = true });
        await Phone(window);

        await hours.GetByRole(AriaRole.Link, new() { Name = "Settle it" }).ClickAsync();
        var conflict = page.GetByRole(AriaRole.Article).Filter(new() { HasText = "Mon to Sat 10:00 to 20:00" });
        await Expect(conflict).ToContainTextAsync("Mon to Fri 9:00 to 18:00");
        await Fine(window);
        await window.Shoot("conflict-open");
        await conflict.GetByRole(AriaRole.Button, new() { Name = "The other is right" }).ClickAsync();
        await Expect(page.GetByText("No source contradicts another")).ToBeVisibleAsync();

        await window.Go($"/agents/{agent}");
        await Expect(page.GetByText("Ready, with gaps")).ToBeVisibleAsync();
        var verdict = (await host.Get<CheckNeeds>().OfAgent(owner, agent, Cancel)).Value;
        Assert.True(verdict.Measures.Coverage >= 80, $"{verdict.Measures.Coverage} %");
        Assert.Empty(window.Complaints);
    }

    private static async Task Phone(BrowserWindow window)
    {
        var page = window.Page;
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await page.SetViewportSizeAsync(390, 844);
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Repository.File("artifacts", "screens", "interview-phone.png"), FullPage = true });
        Assert.True(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"), "The page is wider than a phone.");
        await Fine(window);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Light });
        await page.SetViewportSizeAsync(1440, 900);
    }

    private static async Task Upload(IPage page, string name, string text)
    {
        // Playwright puts files into a field that is not ready for them; a person cannot.
        await Expect(page.GetByLabel("Choose documents to upload")).ToBeEnabledAsync();
        await page.GetByLabel("Choose documents to upload").SetInputFilesAsync([new FilePayload { Name = name, MimeType = "text/markdown", Buffer = Encoding.UTF8.GetBytes(text) }]);
    }

    /// <summary>The agent that comes with the sample business, without the business.</summary>
    private static async Task<(Actor Owner, Guid Agent)> SampleAgent(TestHost host)
    {
        await using var db = host.Database.OpenUnscoped();
        var owner = Actor.System(await db.Workspaces.Select(w => w.Id).SingleAsync(Cancel)) with { Permissions = Actor.Of(Role.Owner) };
        var saved = await host.Get<SaveAgent>().Run(owner, new SaveAgentRequest(null, Definition(), null), Cancel);
        Assert.True(saved.Ok, string.Join('\n', saved.Refusal?.Problems?.Select(p => $"{p.Pointer} {p.Message}") ?? []));
        return (owner, saved.Value.Agent.Id);
    }

    private static JsonElement Definition()
    {
        var agent = JsonNode.Parse(Text("agent.json"))!;
        foreach (var settings in agent["nodes"]!.AsArray().Select(n => n!["settings"]).Where(s => s?["template"]?.GetValue<string>() is ['@', ..]))
            settings!["template"] = Text(settings["template"]!.GetValue<string>()[1..]);
        return Json.Element(agent);
    }

    private static string Text(string name)
    {
        using var reader = new StreamReader(typeof(SaveAgent).Assembly.GetManifestResourceStream($"sample/{name}")!);
        return reader.ReadToEnd();
    }

    private static async Task Fine(BrowserWindow window) => Assert.Empty(await window.AxeFindings());
}
