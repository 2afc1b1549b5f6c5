using System.Text.Json;
using BizQ.Core.Agents;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace BizQ.Tests.Agents;

/// <summary>The pages of agents in Chromium.</summary>
public sealed class AgentPagesTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_agent_is_written_mended_saved_and_run()
    {
        await using var host = await TestHost.Start();
        await using var window = await Visitor.Arrive(host);
        var page = window.Page;
        await window.Go("/agents/new");
        await Expect(page.GetByText("None, ready to save")).ToBeVisibleAsync();
        Assert.Equal("", string.Join("\n", await window.AxeFindings()));

        await Write(page, "text.replace('\"limit\": 5', '\"limit\": 500').replace('\"kind\": \"branch\"', '\"kind\": \"brunch\"').replace('New agent', 'Night desk')");
        await Expect(page.GetByText("/nodes/3/kind")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "/nodes/1/settings/limit" }).ClickAsync();
        await page.WaitForFunctionAsync("""() => { const editor = monaco.editor.getEditors()[0]; return editor.getModel().getValueInRange(editor.getSelection()) === '"limit": 500'; }""");
        await page.Keyboard.PressAsync("Control+s");
        await Expect(page.GetByText("Nothing was saved yet")).ToBeVisibleAsync();

        await Write(page, "text.replace('\"limit\": 500', '\"limit\": 5').replace('brunch', 'branch')");
        await Expect(page.GetByText("None, ready to save")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Control+s");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Night desk", Exact = true })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Do we know it?: Branch" }).First.ClickAsync();
        await Expect(page.GetByText("steps.answer.output.known")).ToBeVisibleAsync();
        Assert.Equal("", string.Join("\n", await window.AxeFindings()));

        await page.GetByRole(AriaRole.Button, new() { Name = "Run now" }).ClickAsync();
        await page.GetByLabel("Subject").FillAsync("How long is the warranty?");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start the run" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "How long is the warranty?" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "A mail comes in: Trigger, Done" })).ToBeVisibleAsync();
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task Unsaved_text_survives_and_somebody_elses_version_is_never_lost()
    {
        await using var host = await TestHost.Start();
        await using var window = await Visitor.Arrive(host);
        var page = window.Page;
        var (actor, agent) = await Desk(host);
        await window.Go($"/agents/{agent.Id}/edit");
        await Expect(page.GetByText("None, ready to save")).ToBeVisibleAsync();
        await Write(page, "text.replace('\"maxSteps\": 60', '\"maxSteps\": 70')");
        await Expect(page.GetByText("Unsaved, kept on this device")).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Expect(page.GetByText("Your unsaved changes from")).ToBeVisibleAsync();

        var theirs = JsonElement.Parse((await Current(host, actor, agent)).Definition.GetRawText().Replace("for a person to approve.", "for a person to approve. Politely.", StringComparison.Ordinal));
        Assert.True((await host.Get<SaveAgent>().Run(actor, new SaveAgentRequest(agent.Id, theirs, "Politeness"), _cancel)).Ok);
        await Expect(page.GetByText("Bo Summer saved version 2")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Save version" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Show what they changed" }).ClickAsync();
        await Expect(page.Locator(".came")).ToContainTextAsync("Politely.");
        Assert.Equal(2, (await Current(host, actor, agent)).Number);
        await page.GetByRole(AriaRole.Button, new() { Name = "Save mine over it" }).ClickAsync();
        await Expect(page.GetByText("Saved: version 3 of Support desk")).ToBeVisibleAsync();
        Assert.Equal(70, (await Current(host, actor, agent)).Definition.GetProperty("limits").GetProperty("maxSteps").GetInt32());

        await window.Go($"/agents/{agent.Id}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Roll back to 2" }).ClickAsync();
        await Expect(page.GetByText("Version 2 runs now")).ToBeVisibleAsync();
        await Expect(page.GetByText("Politely.").First).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(page.GetByText("Version 3 runs again")).ToBeVisibleAsync();
        Assert.Empty(window.Complaints);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task On_a_phone_the_pages_fit_and_a_plain_text_is_edited(bool dark)
    {
        await using var host = await TestHost.Start();
        await using var window = await Visitor.Arrive(host, Screen.Phone, dark);
        var page = window.Page;
        var (_, agent) = await Desk(host);
        foreach (var path in new[] { "/agents", $"/agents/{agent.Id}", $"/agents/{agent.Id}/edit" })
        {
            await window.Go(path);
            await Expect(page.GetByText("Support desk").First).ToBeVisibleAsync();
            Assert.True(await page.EvaluateAsync<bool>("document.querySelector('main').scrollWidth <= innerWidth"), $"{path} is wider than a phone");
            Assert.Equal("", string.Join("\n", await window.AxeFindings()));
        }
        var text = page.GetByLabel("Definition, as JSON");
        await Expect(page.GetByText("None, ready to save")).ToBeVisibleAsync();
        await text.FillAsync((await text.InputValueAsync()).Replace("\"maxSteps\": 60", "\"maxSteps\": 0", StringComparison.Ordinal));
        await page.GetByRole(AriaRole.Button, new() { Name = "/limits/maxSteps" }).ClickAsync();
        await page.WaitForFunctionAsync("""() => { const area = document.querySelector('.editor textarea'); return area.value.substring(area.selectionStart, area.selectionEnd) === '"maxSteps": 0'; }""");
        Assert.Empty(window.Complaints);
    }

    /// <summary>The sample's agent, and a colleague of its owner who builds agents too.</summary>
    private async Task<(Actor Colleague, Agent Agent)> Desk(TestHost host)
    {
        await using var every = host.Database.OpenUnscoped();
        var agent = await every.Agents.IgnoreQueryFilters().AsNoTracking().SingleAsync(a => a.Name == "Support desk", _cancel);
        return (await host.NewPerson(agent.WorkspaceId, Role.Builder, "Bo Summer"), agent);
    }

    private async Task<AgentVersion> Current(TestHost host, Actor actor, Agent agent) => (await host.Get<ReadAgent>().Run(actor, agent.Id, _cancel)).Value.Current!;

    private static async Task Write(IPage page, string change) => await page.EvaluateAsync($"(() => {{ const model = monaco.editor.getEditors()[0].getModel(); const text = model.getValue(); model.setValue({change}); }})()");

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);
}
