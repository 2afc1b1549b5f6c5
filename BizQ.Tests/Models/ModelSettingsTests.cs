using BizQ.Tests.Kit;
using Microsoft.Playwright;

namespace BizQ.Tests.Models;

/// <summary>The settings page of models in a browser: what is connected, whether it answers, and never a key.</summary>
public sealed class ModelSettingsTests
{
    [Fact]
    public async Task A_connected_model_is_tried_out_on_the_page()
    {
        // Only for what the sample's agent does not ask for, so that its runs leave the script alone.
        Environment.SetEnvironmentVariable(ModelDesk.KeyVariable, ModelDesk.Key);
        await using var model = await ScriptedModel.Start();
        model.Says("I am here.").Fails(401);
        await using var host = await TestHost.Start(settings: ModelDesk.Endpoint(model, more: ("Tasks:0", "Free")));
        await using var window = await Visitor.Arrive(host);

        await window.Go("/settings/models");
        var card = window.Page.GetByRole(AriaRole.Region, new() { Name = "scripted" });
        await card.GetByText("Connected").WaitForAsync();
        await card.GetByRole(AriaRole.Button, new() { Name = "Try it" }).ClickAsync();
        await card.GetByText("“I am here.”").WaitForAsync();
        await card.Locator(".pill", new() { HasText = "Answers" }).WaitForAsync();
        await card.GetByRole(AriaRole.Button, new() { Name = "Try it" }).ClickAsync();
        await card.GetByText("The key was refused").WaitForAsync();
        await card.GetByText("Does not answer").WaitForAsync();

        Assert.DoesNotContain(ModelDesk.Key, await window.Page.ContentAsync(), StringComparison.Ordinal);
        Assert.Empty(await window.AxeFindings());
        Assert.Empty(window.Complaints);
    }
}
