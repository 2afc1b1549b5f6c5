using System.Net;
using System.Net.Http.Json;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Effects;

/// <summary>What becomes of an approved answer when the mail server, or what the business knows, does not stand still.</summary>
public sealed class SendingTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task A_connection_lost_after_the_message_asks_a_person_and_sends_nothing_twice(Engine engine)
    {
        await using var agent = await MailAgent.Start(engine);
        agent.Server.Then(SmtpMood.DropAfterData);
        var asked = await agent.Ask();
        await agent.Approve(asked);

        var doubt = await agent.Open(asked);
        Assert.Equal(ApprovalKind.Uncertain, doubt.Kind);
        Assert.StartsWith("Perhaps done", doubt.Title, StringComparison.Ordinal);
        Assert.Equal(EffectState.Uncertain, (await agent.Effect()).State);
        await agent.Approve(doubt, "sent");

        Assert.Equal(RunStatus.Succeeded, (await agent.End()).Status);
        Assert.Equal(EffectState.Done, (await agent.Effect()).State);
        Assert.Single(agent.Server.Messages);
    }

    [Fact]
    public async Task A_doubtful_message_that_is_sent_again_keeps_its_message_id()
    {
        await using var agent = await MailAgent.Start(Engine.Sqlite);
        agent.Server.Then(SmtpMood.DropAfterData);
        var asked = await agent.Ask();
        await agent.Approve(asked);
        await agent.Approve(await agent.Open(asked), "retry");

        Assert.Equal(RunStatus.Succeeded, (await agent.End()).Status);
        var ids = agent.Server.Messages.Select(message => message.Raw.Split("\r\n").Single(line => line.StartsWith("Message-Id:", StringComparison.OrdinalIgnoreCase))).ToList();
        Assert.Equal(2, ids.Count);
        Assert.Single(ids.Distinct());
    }

    [Fact]
    public async Task A_doubtful_message_that_is_given_up_fails_the_run_and_says_so()
    {
        await using var agent = await MailAgent.Start(Engine.Sqlite);
        agent.Server.Then(SmtpMood.DropAfterData);
        var asked = await agent.Ask();
        await agent.Approve(asked);
        await agent.Approve(await agent.Open(asked), "giveUp");

        Assert.Equal(RunStatus.Failed, (await agent.End()).Status);
        Assert.Equal(EffectState.Failed, (await agent.Effect()).State);
        Assert.Single(agent.Server.Messages);
    }

    [Fact]
    public async Task A_server_that_is_busy_is_tried_once_more_and_then_a_person_is_asked()
    {
        await using var agent = await MailAgent.Start(Engine.Sqlite);
        agent.Server.Then(SmtpMood.RefuseForNow, SmtpMood.RefuseForNow);
        var asked = await agent.Ask();
        await agent.Approve(asked);

        var again = await agent.Open(asked);
        Assert.StartsWith("Not done", again.Title, StringComparison.Ordinal);
        Assert.Empty(agent.Server.Messages);
        await agent.Approve(again, "retry");

        Assert.Equal(RunStatus.Succeeded, (await agent.End()).Status);
        Assert.Single(agent.Server.Messages);
    }

    [Fact]
    public async Task A_mail_the_server_never_takes_fails_the_run_with_the_servers_words()
    {
        await using var agent = await MailAgent.Start(Engine.Sqlite);
        agent.Server.Then(SmtpMood.RefuseForever);
        await agent.Approve(await agent.Ask());

        var run = await agent.End();
        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Contains("550 not taken", (await agent.Effect()).Error, StringComparison.Ordinal);
        Assert.Empty(agent.Server.Messages);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task What_changed_since_it_was_shown_brings_the_answer_back_to_a_person(Engine engine)
    {
        await using var agent = await MailAgent.Start(engine);
        var asked = await agent.Ask();
        await agent.Customer("Ada Summer", await agent.Customer());
        await agent.Approve(asked);

        var again = await agent.Open(asked);
        Assert.Contains("'Ada Winter', and is now 'Ada Summer'", again.Why, StringComparison.Ordinal);
        Assert.Empty(agent.Server.Messages);
        await agent.Approve(again);

        Assert.Equal(RunStatus.Succeeded, (await agent.End()).Status);
        Assert.Single(agent.Server.Messages);
    }

    [Fact]
    public async Task A_fact_that_was_only_verified_again_changes_nothing()
    {
        await using var agent = await MailAgent.Start(Engine.Sqlite);
        var asked = await agent.Ask();
        await agent.Customer("Ada Winter", await agent.Customer());
        await agent.Approve(asked);

        Assert.Equal(RunStatus.Succeeded, (await agent.End()).Status);
        Assert.Single(agent.Server.Messages);
    }

    [Fact]
    public async Task A_sent_mail_cannot_be_taken_back_and_what_was_not_done_cannot_either()
    {
        await using var agent = await MailAgent.Start(Engine.Sqlite);
        var asked = await agent.Ask();
        var early = await agent.Api.PostAsync($"/api/v1/effects/{asked.EffectId}/undo", null, _cancel);
        Assert.Equal((HttpStatusCode.Conflict, "notDone"), (early.StatusCode, (await agent.Problem(early)).GetProperty("code").GetString()));
        await agent.Approve(asked);
        await agent.End();

        var late = await agent.Api.PostAsync($"/api/v1/effects/{asked.EffectId}/undo", null, _cancel);
        Assert.Equal((HttpStatusCode.Conflict, "irreversible"), (late.StatusCode, (await agent.Problem(late)).GetProperty("code").GetString()));
        var unknown = await agent.Api.PostAsync($"/api/v1/effects/{agent.Owner.WorkspaceId}/undo", null, _cancel);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task A_rejected_answer_is_never_sent()
    {
        await using var agent = await MailAgent.Start(Engine.Sqlite);
        var asked = await agent.Ask();
        (await agent.Api.PostAsJsonAsync($"/api/v1/approvals/{asked.Id}/reject", new { reason = "Not our tone" }, _cancel)).EnsureSuccessStatusCode();

        Assert.Equal(RunStatus.Succeeded, (await agent.End()).Status);
        Assert.Equal(EffectState.Rejected, (await agent.Effect()).State);
        Assert.Empty(agent.Server.Messages);
    }
}
