using System.Net;
using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace BizQ.Tests.Triggers;

/// <summary>What starts an agent, on its page in Chromium.</summary>
public sealed class TriggerPageTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Secrets_are_made_shown_once_and_work()
    {
        await using var host = await TestHost.Start(Engine.Sqlite);
        await using var window = await Visitor.Arrive(host);
        var page = window.Page;
        var agent = await Agent(host);
        await window.Go($"/agents/{agent.Id}");
        await window.Quiet();
        var card = page.Locator("section.triggers");
        await Expect(card).ToContainTextAsync("every weekday at 09:00", new() { IgnoreCase = true });
        await Expect(card).ToContainTextAsync("the latest 3 missed firings are made up for, one run each");
        await Expect(card).ToContainTextAsync("when an order changes, if trigger.change === 'added'", new() { IgnoreCase = true });
        await Expect(card).ToContainTextAsync("No broker is configured");
        await window.Shoot("triggers-before");

        var shop = card.Locator("li").Filter(new() { HasText = "shop" });
        await shop.GetByRole(AriaRole.Button, new() { Name = "Make the secret" }).ClickAsync();
        var url = await card.Locator("#url-shop").InnerTextAsync();
        await card.Locator("li").Filter(new() { HasText = "bank" }).GetByRole(AriaRole.Button, new() { Name = "Make the secret" }).ClickAsync();
        await Expect(card.Locator("#key-bank")).ToContainTextAsync("bizq_hook_");
        await window.Shoot("triggers-made");
        Assert.Equal("", string.Join("\n", await window.AxeFindings()));

        using var client = host.Client();
        Assert.Equal(HttpStatusCode.Accepted, (await client.PostAsync(new Uri(url), new StringContent("hello"), _cancel)).StatusCode);
        await Expect(shop.Locator(".when a")).ToBeVisibleAsync(new() { Timeout = (float)Eventually.Bound.TotalMilliseconds });

        await page.ReloadAsync();
        await window.Settled();
        await Expect(shop).ToContainTextAsync("Secret address made by");
        await Expect(page.Locator("body")).Not.ToContainTextAsync(new Uri(url).Segments[^1]);
        await Expect(card.Locator("#address-bank")).ToContainTextAsync("/hooks/");
        await shop.GetByRole(AriaRole.Button, new() { Name = "Replace the secret" }).ClickAsync();
        await shop.GetByRole(AriaRole.Button, new() { Name = "Replace it" }).ClickAsync();
        await Expect(card.Locator("#url-shop")).Not.ToHaveTextAsync(url);
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync(new Uri(url), new StringContent("hello"), _cancel)).StatusCode);
        Assert.Empty(window.Complaints);
        await using var phone = await Visitor.Arrive(host, Screen.Phone, dark: true);
        await phone.Go($"/agents/{agent.Id}");
        await phone.Quiet();
        await phone.Page.Locator("section.triggers").ScrollIntoViewIfNeededAsync();
        await phone.Shoot("triggers-phone");
    }

    private async Task<Agent> Agent(TestHost host)
    {
        Membership owner;
        await using (var db = host.Database.OpenUnscoped())
            owner = await db.Memberships.IgnoreQueryFilters([BizQDb.WorkspaceFilter]).FirstAsync(_cancel);
        var definition = JsonElement.Parse(
            """
            { "format": 1, "name": "Order desk", "purpose": "Looks at orders as they come.",
              "triggers": [
                { "id": "morning", "kind": "schedule", "cron": "0 0 9 ? * MON-FRI", "timeZone": "Australia/Lord_Howe", "missed": "catchUp", "mostMissed": 3 },
                { "id": "shop", "kind": "webhook" },
                { "id": "bank", "kind": "webhook", "auth": "signature" },
                { "id": "orders", "kind": "event", "event": "entity.changed", "type": "order", "when": "trigger.change === 'added'" },
                { "id": "stock", "kind": "queue", "queue": "stock" } ],
              "nodes": [{ "id": "start", "kind": "trigger" }, { "id": "end", "kind": "output", "settings": { "value": 1 } }],
              "edges": [{ "from": "start", "to": "end" }] }
            """);
        var actor = new Actor(owner.WorkspaceId, ActorKind.Person, owner.PersonId, "Ada", Actor.Of(Role.Owner));
        var saved = await host.Get<SaveAgent>().Run(actor, new SaveAgentRequest(null, definition), _cancel);
        Assert.True(saved.Ok, Json.Text(saved.Refusal?.Problems));
        return saved.Value.Agent;
    }

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);
}
