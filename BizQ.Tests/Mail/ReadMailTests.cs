using System.Text;
using BizQ.Core;
using BizQ.Core.Data;
using BizQ.Core.Mail;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Mail;

/// <summary>A mail opened, written by hand, and taken out of BizQ again.</summary>
public sealed class ReadMailTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_attachment_comes_as_a_file_and_never_as_a_page_of_ours()
    {
        await using var host = await TestHost.Start();
        var actor = await host.NewWorkspace();
        var mail = (await host.Get<ReceiveMail>().Run(actor, Mails.Raw(
            "From: ana@customers.example", "To: x@y", "Subject: Page", "Message-ID: <page@x>", "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=b", "",
            "--b", "Content-Type: text/plain", "", "See the page.", "--b", "Content-Type: text/html; name=\"../../evil.html\"", "Content-Disposition: attachment; filename=\"../../evil.html\"", "",
            "<script>alert(document.cookie)</script>", "--b--"), null, Cancel)).Value;
        using var client = await host.Client(actor);
        using var answer = await client.GetAsync($"/api/v1/mail/{mail.Id}/attachments/0", Cancel);

        Assert.Equal("<script>alert(document.cookie)</script>", (await answer.Content.ReadAsStringAsync(Cancel)).Trim());
        Assert.Equal("application/octet-stream", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
        Assert.DoesNotContain("/", answer.Content.Headers.ContentDisposition.FileName, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("sandbox", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
    }

    [Theory]
    [InlineData("Ada Lovelace <ada@example.com>", "Question", "Do you repair clockwork?", null)]
    [InlineData("ada@example.com", "", "No subject", null)]
    [InlineData("ada", "Question", "Who is it?", "badSender")]
    [InlineData("a@b.example, c@d.example", "Question", "Two of us", "badSender")]
    [InlineData("ada@example.com", "Two\nlines", "x", "badSubject")]
    [InlineData("ada@example.com", "Question", "  ", "badText")]
    public async Task A_mail_written_by_hand_comes_in_as_any_other(string from, string subject, string text, string? refusal)
    {
        await using var desk = await MailDesk.Start(Engine.Sqlite);
        var written = await new WriteMail(desk.Kit.Database, desk.Receiving(), desk.Kit.Ids, desk.Kit.Clock).Run(desk.Actor, new WrittenMail(from, subject, text), Cancel);
        Assert.Equal(refusal, written.Refusal?.Code);
        if (refusal is not null)
            return;
        var detail = (await new ReadMail(desk.Kit.Database, desk.Kit.Archive).Run(desk.Actor, written.Value.Id, Cancel)).Value;
        Assert.Equal(("ada@example.com", subject, text, null), (detail.Mail.FromAddress, detail.Mail.Subject, detail.Text, detail.Mail.Note));
        Assert.Single(detail.Runs);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task What_was_kept_is_listed_apart_and_can_be_answered_after_all(Engine engine)
    {
        await using var desk = await MailDesk.Start(engine);
        await desk.Receive(Mails.Ordinary());
        var kept = (await desk.Receive(Mails.Ordinary(id: "auto@x", more: "Auto-Submitted: auto-replied"))).Value;
        var list = new ListMails(desk.Kit.Database);
        Assert.Equal(kept.Id, Assert.Single((await list.Run(desk.Actor, new ListMailsRequest(Kept: true), Cancel)).Value.Items).Id);

        Assert.Single((await desk.Answer(kept.Id)).Value.Runs);
        Assert.Empty((await list.Run(desk.Actor, new ListMailsRequest(Kept: true), Cancel)).Value.Items);
    }

    [Fact]
    public async Task The_raw_mail_comes_out_byte_for_byte()
    {
        await using var desk = await MailDesk.Start(Engine.Sqlite);
        var raw = Encoding.Latin1.GetBytes("From: ana@x.example\nSubject: Caf\u00e9\n\nbare line feeds and a \u00e9\n");
        var mail = (await desk.Receive(raw)).Value;
        var file = (await new ReadMail(desk.Kit.Database, desk.Kit.Archive).Raw(desk.Actor, mail.Id, Cancel)).Value;
        Assert.Equal(raw, file.Content);
        Assert.Equal(RefusalKind.NotFound, (await new ReadMail(desk.Kit.Database, desk.Kit.Archive).Raw(desk.Actor, desk.Kit.Ids.New(), Cancel)).Refusal!.Kind);
    }
}
