using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Core.Mail;
using BizQ.Core.Runs;
using BizQ.Core.Sample;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace BizQ.Tests.Mail;

/// <summary>Bad mail by every way in: taken as far as it can be read, or refused in a sentence; nothing is lost and nothing of BizQ's insides is shown.</summary>
public sealed class BadMailTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task Over_the_api_each_gets_a_receipt_or_a_problem_document(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var actor = await host.NewWorkspace();
        Assert.Null((await host.Get<InstallSample>().Run(actor, Cancel)).Refusal);
        using var client = await host.Client(actor);
        foreach (var mail in BadMail.All)
        {
            var (status, body) = await Post(client, mail.Raw);
            Assert.DoesNotContain("   at ", body, StringComparison.Ordinal);
            var answer = JsonElement.Parse(body);
            if (mail.Refusal is { } code)
            {
                Assert.Equal(code == "mailTooLarge" ? HttpStatusCode.RequestEntityTooLarge : HttpStatusCode.BadRequest, status);
                Assert.Equal(code, answer.GetProperty("code").GetString());
                Assert.NotEmpty(answer.GetProperty("detail").GetString()!);
                continue;
            }
            Assert.True(status == HttpStatusCode.Accepted, $"{mail.Name}: {body}");
            await IsKeptAndWorkedOn(host, actor, mail, answer.GetProperty("id").GetGuid());
        }
    }

    [Fact]
    public async Task A_body_that_hides_its_length_is_cut_off_at_the_limit()
    {
        await using var host = await TestHost.Start();
        using var client = await host.Client(await host.NewWorkspace());
        var (status, body) = await Post(client, BadMail.All.Single(mail => mail.Refusal == "mailTooLarge").Raw, chunked: true);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "mailTooLarge"), (status, JsonElement.Parse(body).GetProperty("code").GetString()));
    }

    [Fact]
    public async Task In_the_inbox_folder_each_is_taken_in_or_lies_in_failed_with_the_reason_beside_it()
    {
        await using var host = await TestHost.Start();
        var actor = await host.NewWorkspace();
        var inbox = Directory.CreateDirectory(Path.Combine(host.DataPath, "inbox")).FullName;
        foreach (var mail in BadMail.All)
            await File.WriteAllBytesAsync(Path.Combine(inbox, $"{mail.Name}.eml"), mail.Raw, Cancel);
        // A file is taken when it looks the same twice.
        await host.Get<InboxPickup>().Run(Cancel);
        await host.Get<InboxPickup>().Run(Cancel);

        Assert.Empty(Directory.GetFiles(inbox));
        await using var db = host.Database.Open(actor.WorkspaceId);
        Assert.Equal(BadMail.All.Count(mail => mail.Refusal is null), await db.Mails.CountAsync(Cancel));
        foreach (var mail in BadMail.All)
        {
            var file = Path.Combine(inbox, mail.Refusal is null ? InboxPickup.Done : InboxPickup.Failed, $"{mail.Name}.eml");
            Assert.Equal(mail.Raw, await File.ReadAllBytesAsync(file, Cancel));
            if (mail.Refusal is not { } code)
                continue;
            var reason = await File.ReadAllTextAsync(file + ".reason.txt", Cancel);
            Assert.Contains(code, reason, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Uploaded_each_is_taken_in_or_says_why_not()
    {
        await using var host = await TestHost.Start();
        await using var window = await Visitor.Arrive(host);
        await window.Go("/mail");
        using var folder = new TempFolder();
        foreach (var mail in BadMail.All)
            await File.WriteAllBytesAsync(folder.File($"{mail.Name}.eml"), mail.Raw, Cancel);
        await window.Page.GetByLabel("Choose .eml files").SetInputFilesAsync(BadMail.All.Select(mail => folder.File($"{mail.Name}.eml")));

        foreach (var mail in BadMail.All)
        {
            var line = window.Page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = $"{mail.Name}.eml" });
            await Assertions.Expect(line).ToContainTextAsync(mail.Refusal switch
            {
                null => "Waiting for approval",
                "mailTooLarge" => "BizQ takes mails of up to 25 MiB",
                _ when mail.Raw.Length == 0 => "It is empty.",
                _ => "It has no mail headers",
            });
        }
        Assert.Empty(window.Complaints);
    }

    private static async Task IsKeptAndWorkedOn(TestHost host, Actor actor, BadMail mail, Guid id)
    {
        var detail = (await host.Get<ReadMail>().Raw(actor, id, Cancel)).Value;
        Assert.Equal(mail.Raw, detail.Content);
        await using var db = host.Database.Open(actor.WorkspaceId);
        var kept = await db.Mails.SingleAsync(m => m.Id == id, Cancel);
        if (mail.Note is { } note)
            Assert.Contains(note, kept.Note, StringComparison.Ordinal);
        if (kept.NotAnswered is not null)
            return;
        var run = await host.Until(actor.WorkspaceId, rows => rows.Runs.AsNoTracking()
            .FirstOrDefaultAsync(r => r.MailId == id && r.Status != RunStatus.Queued && r.Status != RunStatus.Running, Cancel), "the run's rest");
        Assert.True(run.Status == RunStatus.WaitingForApproval, $"{mail.Name} ended {run.Status}: {run.Error}");
    }

    private static async Task<(HttpStatusCode Status, string Body)> Post(HttpClient client, byte[] raw, bool chunked = false)
    {
        using var content = new ByteArrayContent(raw);
        content.Headers.ContentType = new MediaTypeHeaderValue("message/rfc822");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/inbox/mail") { Content = content };
        request.Headers.TransferEncodingChunked = chunked;
        using var answer = await client.SendAsync(request, Cancel);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel));
    }
}
