using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using BizQ.Core.Approvals;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using BizQ.Tests.Agents;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Cluster;

/// <summary>A node that stood still, and for which the others have taken over, may not go on where it stood.</summary>
public sealed class FrozenNodeTests
{
    private const string Letter = "From: Ada Winter <ada@example.org>\r\nTo: support@shop.example\r\nSubject: Order\r\nMessage-ID: <one@example.org>\r\nDate: Mon, 23 Nov 2026 08:00:00 +0000\r\n\r\nHello, where is my order? It has not arrived.\r\n";

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Frozen_while_it_sends_a_mail_it_finds_its_run_taken_over_and_writes_nothing()
    {
        // Each node has a mail server of its own that takes the mail and keeps the sender waiting: which one has it shows who sends.
        var servers = new[] { new SmtpSink().Then(SmtpMood.Slow), new SmtpSink().Then(SmtpMood.Slow) };
        await using var one = servers[0];
        await using var two = servers[1];
        await using var fleet = await Fleet.Found();
        var nodes = await Task.WhenAll(Enumerable.Range(0, 2).Select(n => fleet.Launch(n, ("Mail:Smtp:Port", $"{servers[n].Port}"), ("Cluster:DeadAfterSeconds", "6")).Ready()));
        await using var first = nodes[0];
        await using var second = nodes[1];
        await fleet.Save(first, Definitions.Desk);
        await Approve(fleet, first);
        await Task.WhenAny(servers.Select(server => server.Arrival()));
        var sender = servers[0].Messages.Count > 0 ? 0 : 1;
        var (frozen, awake) = (nodes[sender], nodes[1 - sender]);

        await frozen.Pause();
        var taken = await fleet.Until(db => db.Effects.AnyAsync(e => e.State == EffectState.Uncertain, _cancel), "the other node to take the run over");
        TestContext.Current.TestOutputHelper?.WriteLine($"Taken over {taken.TotalSeconds:0.0} s after the node froze.");
        Assert.InRange(taken, TimeSpan.Zero, TimeSpan.FromSeconds(30));

        // It wakes up, and the server tells it that the mail has gone.
        await frozen.Resume();
        servers[sender].LetGo();
        await Ended(frozen);
        Assert.Contains("This node cannot go on and ends now", frozen.Output, StringComparison.Ordinal);
        await using (var db = fleet.Database.Open(fleet.Owner.WorkspaceId))
        {
            Assert.Equal(EffectState.Uncertain, (await db.Effects.AsNoTracking().SingleAsync(_cancel)).State);
            var question = await db.Approvals.AsNoTracking().SingleAsync(a => a.State == ApprovalState.Open, _cancel);
            Assert.Equal(ApprovalKind.Uncertain, question.Kind);
            Assert.Equal((1, 0), (servers[sender].Messages.Count, servers[1 - sender].Messages.Count));
            using var answer = JsonContent.Create(new { hash = question.Hash, answer = "sent" });
            await fleet.Post(awake, $"approvals/{question.Id}/approve", answer);
        }
        await fleet.Until(db => db.Runs.AnyAsync(r => r.Status == RunStatus.Succeeded, _cancel), "the end of the run");
        await using var after = fleet.Database.Open(fleet.Owner.WorkspaceId);
        Assert.All(await after.RunSteps.GroupBy(s => s.NodeId).Select(g => g.Count()).ToListAsync(_cancel), times => Assert.Equal(1, times));
        Assert.Equal(1, servers.Sum(server => server.Messages.Count));
    }

    private async Task Approve(Fleet fleet, BizQProcess node)
    {
        using var mail = new ByteArrayContent(Encoding.ASCII.GetBytes(Letter));
        mail.Headers.ContentType = new MediaTypeHeaderValue("message/rfc822");
        await fleet.Post(node, "inbox/mail", mail);
        await fleet.Until(db => db.Approvals.AnyAsync(a => a.State == ApprovalState.Open, _cancel), "the question whether the mail may go");
        await using var db = fleet.Database.Open(fleet.Owner.WorkspaceId);
        var open = await db.Approvals.AsNoTracking().SingleAsync(_cancel);
        using var yes = JsonContent.Create(new { hash = open.Hash });
        await fleet.Post(node, $"approvals/{open.Id}/approve", yes);
    }

    private async Task Ended(BizQProcess process)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (await process.Lives())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < Eventually.Bound, $"The node that was given up did not end. It printed:\n{process.Output}");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, _cancel);
        }
    }
}
