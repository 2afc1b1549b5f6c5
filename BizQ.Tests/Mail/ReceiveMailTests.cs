using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Mail;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace BizQ.Tests.Mail;

/// <summary>A mail that was acknowledged is kept and has its runs, once.</summary>
public sealed class ReceiveMailTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task An_ordinary_mail_starts_every_listening_agent_and_is_kept_byte_for_byte(Engine engine)
    {
        await using var desk = await MailDesk.Start(engine, agents: 2);
        var raw = Mails.Ordinary();
        var receipt = (await desk.Receive(raw)).Value;

        Assert.Equal(2, receipt.Runs.Count);
        Assert.Null(receipt.NotAnswered);
        Assert.Equal(receipt.Runs, desk.Woken);
        await using var db = desk.Open();
        var run = await db.Runs.FirstAsync(r => r.Id == receipt.Runs[0], Cancel);
        Assert.Equal(("mail", "Where is my order?", receipt.Id), (run.TaskType, run.Title, run.MailId!.Value));
        var mail = run.Input.GetProperty("mail");
        Assert.Equal("ana@customers.example", mail.GetProperty("from").GetProperty("address").GetString());
        Assert.Equal("Hello, where is my parcel?", mail.GetProperty("text").GetString());
        var kept = await db.Mails.SingleAsync(m => m.Id == receipt.Id, Cancel);
        Assert.Equal(raw, await desk.Kit.Archive.Read(desk.Actor.WorkspaceId, kept.ContentHash, TestContext.Current.CancellationToken));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_hundred_deliveries_at_once_make_one_mail_one_run_and_a_hundred_equal_receipts(Engine engine)
    {
        await using var desk = await MailDesk.Start(engine);
        var raw = Mails.Ordinary();
        var receipts = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => desk.Receive(raw), Cancel)));

        Assert.All(receipts, receipt => Assert.Equal(Json.Text(receipts[0].Value), Json.Text(receipt.Value)));
        await using var db = desk.Open();
        Assert.Equal(1, await db.Mails.CountAsync(Cancel));
        Assert.Equal(receipts[0].Value.Runs, await db.Runs.Select(r => r.Id).ToListAsync(Cancel));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Mail_that_is_not_answered_is_kept_and_says_why(Engine engine)
    {
        await using var desk = await MailDesk.Start(engine);
        var receipt = (await desk.Receive(Mails.Ordinary(more: "Auto-Submitted: auto-replied"))).Value;
        Assert.Equal((MailClass.AutoReply, NotAnswered.AutoSubmitted), (receipt.Class, receipt.NotAnswered!.Value));
        Assert.Empty(receipt.Runs);
        Assert.NotNull(receipt.Message);
    }

    [Fact]
    public async Task Without_a_listening_agent_mail_is_kept_and_can_be_answered_later()
    {
        await using var desk = await MailDesk.Start(Engine.Sqlite, agents: 0);
        var receipt = (await desk.Receive(Mails.Ordinary())).Value;
        Assert.Equal(NotAnswered.NoAgentListens, receipt.NotAnswered);
        Assert.Equal("noAgentListens", (await desk.Answer(receipt.Id)).Refusal!.Code);

        await desk.AddAgent("Late");
        var answered = (await desk.Answer(receipt.Id)).Value;
        Assert.Single(answered.Runs);
        Assert.Null(answered.NotAnswered);
        Assert.Equal(answered.Runs, (await desk.Answer(receipt.Id)).Value.Runs);
    }

    [Fact]
    public async Task Paused_agents_and_those_without_a_mail_trigger_are_not_started()
    {
        await using var desk = await MailDesk.Start(Engine.Sqlite, agents: 0);
        await desk.AddAgent("Paused", AgentStatus.Paused);
        await desk.AddAgent("Manual", trigger: "manual");
        Assert.Equal(NotAnswered.NoAgentListens, (await desk.Receive(Mails.Ordinary())).Value.NotAnswered);
    }

    [Fact]
    public async Task The_same_message_by_another_way_is_the_same_and_another_under_its_id_is_refused()
    {
        await using var desk = await MailDesk.Start(Engine.Sqlite);
        var first = (await desk.Receive(Mails.Ordinary())).Value;
        Assert.Equal(first.Id, (await desk.Receive(Mails.Ordinary(more: "Received: from elsewhere"))).Value.Id);
        Assert.Equal("messageIdTaken", (await desk.Receive(Mails.Ordinary(text: "Something else"))).Refusal!.Code);
    }

    [Fact]
    public async Task The_same_idempotency_key_is_the_same_work_and_never_another_mail()
    {
        await using var desk = await MailDesk.Start(Engine.Sqlite);
        var first = (await desk.Receive(Mails.Ordinary(), "key-1")).Value;
        Assert.Equal(first.Id, (await desk.Receive(Mails.Ordinary(id: "other@x.example"), "key-1")).Value.Id);
        Assert.Equal("idempotencyKeyUsed", (await desk.Receive(Mails.Ordinary(id: "other@x.example", text: "x"), "key-1")).Refusal!.Code);
        Assert.Equal("badIdempotencyKey", (await desk.Receive(Mails.Ordinary(), new string('k', 201))).Refusal!.Code);
    }

    [Fact]
    public async Task An_address_with_too_many_answers_within_the_hour_gets_no_more_until_it_is_over()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero));
        await using var desk = await MailDesk.Start(Engine.Sqlite, clock: clock, mostAnswers: 3);
        for (var i = 0; i < 3; i++)
            await desk.AddAnswerTo("ana@customers.example", i);
        Assert.Equal(NotAnswered.TooManyAnswers, (await desk.Receive(Mails.Ordinary())).Value.NotAnswered);
        Assert.Null((await desk.Receive(Mails.Ordinary(id: "b@x", from: "bo@customers.example"))).Value.NotAnswered);
        clock.Advance(TimeSpan.FromMinutes(61));
        Assert.Null((await desk.Receive(Mails.Ordinary(id: "c@x"))).Value.NotAnswered);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task An_answer_to_an_answer_joins_its_conversation(Engine engine)
    {
        await using var desk = await MailDesk.Start(engine);
        var first = (await desk.Receive(Mails.Ordinary())).Value;
        var second = (await desk.Receive(Mails.Ordinary(id: "two@x", more: ["In-Reply-To: <one@customers.example>"]))).Value;
        var third = (await desk.Receive(Mails.Ordinary(id: "three@x", more: ["References: <gone@x> <two@x>"]))).Value;
        var thread = (await new ReadMail(desk.Kit.Database, desk.Kit.Archive).Run(desk.Actor, first.Id, Cancel)).Value.Thread;
        Assert.Equal([first.Id, second.Id, third.Id], thread.Select(line => line.Id));
    }

    [Fact]
    public async Task A_viewer_may_not_bring_mail_in_and_nobody_sees_another_workspaces()
    {
        await using var desk = await MailDesk.Start(Engine.Sqlite);
        var receipt = (await desk.Receive(Mails.Ordinary())).Value;
        var viewer = await desk.Kit.NewPerson(desk.Actor.WorkspaceId, Role.Viewer);
        Assert.Equal(RefusalKind.Forbidden, (await desk.Receive(Mails.Ordinary(), actor: viewer)).Refusal!.Kind);
        var stranger = await desk.Kit.NewWorkspace();
        var read = new ReadMail(desk.Kit.Database, desk.Kit.Archive);
        Assert.Equal(RefusalKind.NotFound, (await read.Run(stranger, receipt.Id, Cancel)).Refusal!.Kind);
        Assert.Equal(RefusalKind.NotFound, (await read.Raw(stranger, receipt.Id, Cancel)).Refusal!.Kind);
        Assert.Equal(RefusalKind.NotFound, (await read.Attachment(stranger, receipt.Id, 0, Cancel)).Refusal!.Kind);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task The_list_pages_newest_first_filters_and_finds_words(Engine engine)
    {
        await using var desk = await MailDesk.Start(engine);
        for (var i = 0; i < 5; i++)
            await desk.Receive(Mails.Ordinary(id: $"{i}@x", subject: $"Tent number {i}", text: i == 3 ? "It LEAKS at the seam" : "fine"));
        await desk.Receive(Mails.Ordinary(id: "auto@x", more: "Auto-Submitted: auto-replied"));
        var list = new ListMails(desk.Kit.Database);

        var first = (await list.Run(desk.Actor, new ListMailsRequest(Class: MailClass.Ordinary, Limit: 3), Cancel)).Value;
        var second = (await list.Run(desk.Actor, new ListMailsRequest(Class: MailClass.Ordinary, Limit: 3, Cursor: first.Next), Cancel)).Value;
        Assert.Equal(["Tent number 4", "Tent number 3", "Tent number 2", "Tent number 1", "Tent number 0"], first.Items.Concat(second.Items).Select(m => m.Subject));
        Assert.Null(second.Next);
        Assert.Equal(RunStatus.Queued, first.Items[0].RunStatus);
        Assert.Equal("Tent number 3", Assert.Single((await list.Run(desk.Actor, new ListMailsRequest(Text: "leaks tent"), Cancel)).Value.Items).Subject);
        Assert.Equal("badCursor", (await list.Run(desk.Actor, new ListMailsRequest(Cursor: "x"), Cancel)).Refusal!.Code);
    }
}
