using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Approvals;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using BizQ.Tests.Agents;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Effects;

/// <summary>The whole of BizQ with one agent that answers mails through a mail server on loopback.</summary>
internal sealed class MailAgent : IAsyncDisposable
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    private MailAgent(TestHost host, SmtpSink server, Actor owner, HttpClient api) => (Host, Server, Owner, Api) = (host, server, owner, api);

    public TestHost Host { get; }

    public SmtpSink Server { get; }

    public Actor Owner { get; }

    public HttpClient Api { get; }

    public static async Task<MailAgent> Start(Engine engine)
    {
        var server = new SmtpSink();
        var host = await TestHost.Start(engine, null, null,
            ("Mail:Smtp:Host", server.Host), ("Mail:Smtp:Port", $"{server.Port}"), ("Mail:Smtp:Tls", "None"));
        var owner = await host.NewWorkspace();
        var agent = new MailAgent(host, server, owner, await host.Client(owner));
        await using (var db = host.Database.Open(owner.WorkspaceId))
            await db.Workspaces.ExecuteUpdateAsync(set => set.SetProperty(w => w.MailAddress, "shop@example.com"), agent._cancel);
        await agent.Customer("Ada Winter", null);
        using var definition = new StringContent(Definitions.Desk, Encoding.UTF8, "application/json");
        (await agent.Api.PostAsync("/api/v1/agents", definition, agent._cancel)).EnsureSuccessStatusCode();
        return agent;
    }

    /// <summary>What the business knows of the customer who writes, now.</summary>
    public async Task<Entity> Customer(string name, Entity? before)
    {
        var data = Json.Element(new { name, email = "ada@example.org" });
        return (await Host.Get<WriteEntity>().Run(Owner, new WriteEntityRequest(before?.Id, "customer", null, null, data, SourceKind.Person, "the owner"), _cancel)).Value;
    }

    public async Task<Entity> Customer() =>
        (await Host.Get<FindEntities>().Run(Owner, new FindEntitiesRequest("customer"), _cancel)).Value.Items.Single();

    /// <summary>A mail comes in; its answer waits for approval.</summary>
    public async Task<Approval> Ask()
    {
        using var mail = new ByteArrayContent(Encoding.ASCII.GetBytes(
            "From: Ada Winter <ada@example.org>\r\nTo: shop@example.com\r\nSubject: My order\r\nMessage-ID: <one@example.org>\r\nDate: Mon, 23 Nov 2026 08:00:00 +0000\r\n\r\nHello, where is my order? It has not arrived.\r\n"));
        mail.Headers.ContentType = new MediaTypeHeaderValue("message/rfc822");
        (await Api.PostAsync("/api/v1/inbox/mail", mail, _cancel)).EnsureSuccessStatusCode();
        return await Open();
    }

    /// <summary>The approval that is open, once there is one that is not among those seen before.</summary>
    public Task<Approval> Open(params Approval[] before)
    {
        var seen = before.Select(approval => approval.Id).ToList();
        return Host.Until(Owner.WorkspaceId, db => db.Approvals.AsNoTracking().FirstOrDefaultAsync(a => a.State == ApprovalState.Open && !seen.Contains(a.Id)), "an open approval");
    }

    public async Task Approve(Approval approval, string? answer = null)
    {
        var said = await Api.PostAsJsonAsync($"/api/v1/approvals/{approval.Id}/approve", new { hash = approval.Hash, answer }, _cancel);
        Assert.True(said.IsSuccessStatusCode, await said.Content.ReadAsStringAsync(_cancel));
    }

    public Task<Run> End() => Host.Until(Owner.WorkspaceId, db => db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.CompletedAt != null), "the end of the run");

    public async Task<Effect> Effect()
    {
        await using var db = Host.Database.Open(Owner.WorkspaceId);
        return await db.Effects.AsNoTracking().SingleAsync(_cancel);
    }

    public async Task<JsonElement> Problem(HttpResponseMessage answer) => await answer.Content.ReadFromJsonAsync<JsonElement>(_cancel);

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await Host.DisposeAsync();
        await Server.DisposeAsync();
    }
}
