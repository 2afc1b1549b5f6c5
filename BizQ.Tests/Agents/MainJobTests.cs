using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Approvals;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using MimeKit;

namespace BizQ.Tests.Agents;

/// <summary>A mail comes in, a validated and approved answer goes out: over the API alone.</summary>
public sealed class MainJobTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task A_mail_becomes_an_approved_answer_in_the_outbox(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var actor = await host.NewWorkspace();
        using var api = await host.Client(actor);
        var customer = new WriteEntityRequest(null, "customer", null, null, Json.Element(new { name = "Ada Winter", email = "ada@example.org" }), SourceKind.Person, "the owner");
        Assert.True((await host.Get<WriteEntity>().Run(actor, customer, _cancel)).Ok);
        using var definition = new StringContent(Definitions.Desk, Encoding.UTF8, "application/json");
        (await api.PostAsync("/api/v1/agents", definition, _cancel)).EnsureSuccessStatusCode();

        using var mail = new ByteArrayContent(Encoding.ASCII.GetBytes(
            "From: Ada Winter <ada@example.org>\r\nTo: shop@example.com\r\nSubject: My order\r\nMessage-ID: <one@example.org>\r\nDate: Mon, 23 Nov 2026 08:00:00 +0000\r\n\r\nHello, where is my order? It has not arrived.\r\n"));
        mail.Headers.ContentType = new MediaTypeHeaderValue("message/rfc822");
        var received = await api.PostAsync("/api/v1/inbox/mail", mail, _cancel);
        Assert.True(received.IsSuccessStatusCode, await received.Content.ReadAsStringAsync(_cancel));

        var approval = await host.Until(actor.WorkspaceId, db => db.Approvals.AsNoTracking().FirstOrDefaultAsync(a => a.State == ApprovalState.Open), "an approval");
        var approved = await api.PostAsJsonAsync($"/api/v1/approvals/{approval.Id}/approve", new { hash = approval.Hash }, _cancel);
        Assert.True(approved.IsSuccessStatusCode, await approved.Content.ReadAsStringAsync(_cancel));
        await host.Until(actor.WorkspaceId, db => db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.Status == RunStatus.Succeeded), "the end of the run");

        var file = Assert.Single(Directory.GetFiles(Path.Combine(host.DataPath, "outbox"), "*.eml", SearchOption.AllDirectories));
        var answer = await MimeMessage.LoadAsync(file, _cancel);
        Assert.Equal("one@example.org", answer.InReplyTo);
        Assert.Contains("one@example.org", answer.References);
        Assert.Contains("Hello Ada Winter", answer.TextBody, StringComparison.Ordinal);

        var steps = await api.GetFromJsonAsync<JsonElement>($"/api/v1/runs/{approval.RunId}/steps", _cancel);
        Assert.Equal(
            ["start", "classify", "lookup", "which", "draft", "send", "done"],
            steps.GetProperty("items").EnumerateArray().Select(step => step.GetProperty("nodeId").GetString()));
    }
}
