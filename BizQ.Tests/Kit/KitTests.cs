using BizQ.Core.Data;
using MailKit.Net.Smtp;
using Microsoft.EntityFrameworkCore;
using MimeKit;

namespace BizQ.Tests.Kit;

/// <summary>The kit itself: a test that leans on a broken one proves nothing.</summary>
public sealed class KitTests
{
    [Theory, ClassData(typeof(Engines))]
    public async Task A_host_starts_on_its_own_database_and_serves_pages(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        await using var other = await TestHost.Start(engine);
        var actor = await host.NewWorkspace();

        await using var mine = host.Database.OpenUnscoped();
        await using var theirs = other.Database.OpenUnscoped();
        Assert.Equal(actor.WorkspaceId, (await mine.Workspaces.SingleAsync(TestContext.Current.CancellationToken)).Id);
        Assert.Empty(await theirs.Workspaces.ToListAsync(TestContext.Current.CancellationToken));

        var style = await host.Client().GetAsync(new Uri("/app.css", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.True(style.IsSuccessStatusCode);
    }

    [Fact]
    public async Task A_process_of_its_own_can_be_stopped_killed_and_started_again()
    {
        using var folder = new TempFolder();
        await using (var first = await BizQProcess.Start(folder.Path, ""))
            await first.Stop();
        await using (var second = await BizQProcess.Start(folder.Path, ""))
            await second.Kill();
        await using var third = await BizQProcess.Start(folder.Path, "");
        Assert.True(File.Exists(folder.File("bizq.db")));
    }

    [Fact]
    public async Task Chromium_sees_the_host_and_its_complaints_are_heard()
    {
        await using var host = await TestHost.Start();
        await using var window = await Chromium.Open(host.Address, Screen.Phone, dark: true);
        // A style sheet instead of a page: its icon is not part of this test.
        await window.Page.RouteAsync("**/favicon.ico", route => route.FulfillAsync());
        await window.Page.GotoAsync("/app.css");
        Assert.Empty(window.Complaints);

        await window.Page.EvaluateAsync("console.error('seen')");
        Assert.Contains("seen", Assert.Single(window.Complaints), StringComparison.Ordinal);
        Assert.Equal(390, await window.Page.EvaluateAsync<int>("innerWidth"));
        Assert.True(await window.Page.EvaluateAsync<bool>("matchMedia('(prefers-color-scheme: dark)').matches"));
    }

    [Fact]
    public async Task Waiting_ends_at_the_commit_that_makes_it_true()
    {
        await using var kit = await DatabaseKit.Start(Engine.Sqlite);
        var actor = await kit.NewWorkspace();
        var waiting = Eventually.True(kit.Changes, actor.WorkspaceId, async () =>
        {
            await using var db = kit.Database.Open(actor.WorkspaceId);
            return (await db.Workspaces.SingleAsync(w => w.Id == actor.WorkspaceId)).Name == "Renamed";
        }, "the new name");
        Assert.False(waiting.IsCompleted);

        await using var db = kit.Database.Open(actor.WorkspaceId);
        (await db.Workspaces.SingleAsync(w => w.Id == actor.WorkspaceId, TestContext.Current.CancellationToken)).Name = "Renamed";
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        await waiting;
    }

    [Fact]
    public async Task Waiting_in_vain_ends_and_says_for_what()
    {
        await using var kit = await DatabaseKit.Start(Engine.Sqlite);
        var waiting = Eventually.True(kit.Changes, Guid.Empty, () => Task.FromResult(false), "the impossible", TimeSpan.FromMilliseconds(50));
        var problem = await Assert.ThrowsAsync<TimeoutException>(() => waiting);
        Assert.Contains("the impossible", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_smtp_sink_takes_refuses_and_drops_as_told()
    {
        await using var sink = new SmtpSink();
        sink.Then(SmtpMood.RefuseForNow, SmtpMood.Accept, SmtpMood.DropAfterData);

        await Assert.ThrowsAsync<SmtpCommandException>(() => Send(sink));
        await Send(sink);
        await Assert.ThrowsAnyAsync<Exception>(() => Send(sink));

        Assert.Equal(2, sink.Messages.Count);
        Assert.All(sink.Messages, message => Assert.Equal(["ana@customers.example"], message.To));
        Assert.All(sink.Messages, message => Assert.Contains("\r\n.dotted\r\n", message.Raw, StringComparison.Ordinal));
    }

    private static async Task Send(SmtpSink sink)
    {
        using var client = new SmtpClient();
        await client.ConnectAsync(sink.Host, sink.Port, MailKit.Security.SecureSocketOptions.None, TestContext.Current.CancellationToken);
        var message = new MimeMessage { Subject = "Hello", Body = new TextPart { Text = "one\n.dotted\ntwo" } };
        message.From.Add(new MailboxAddress("Shop", "support@shop.example"));
        message.To.Add(new MailboxAddress("Ana", "ana@customers.example"));
        await client.SendAsync(message, TestContext.Current.CancellationToken);
        await client.DisconnectAsync(true, TestContext.Current.CancellationToken);
    }
}
