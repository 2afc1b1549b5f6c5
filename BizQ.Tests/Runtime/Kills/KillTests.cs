using System.Globalization;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using MimeKit;

namespace BizQ.Tests.Runtime.Kills;

/// <summary>What is promised when the power goes: nothing that was taken in is lost, nothing goes out twice.</summary>
public sealed class KillTests
{
    // Every boundary on both engines is BoundaryTests' business; this is the whole product, killed wherever it happens to be.
    private const int Mails = 9;
    private const int Kills = 4;

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_at_random_instants_every_mail_is_answered_once_in_the_outbox()
    {
        await using var business = await MortalBizQ.Found(Engine.Sqlite, Letters());
        await Reign(business, "outbox");

        await using var db = business.Database.Open(business.Owner.WorkspaceId);
        Assert.All(await db.Runs.AsNoTracking().ToListAsync(_cancel), run => Assert.Equal(RunStatus.Succeeded, run.Status));
        var sent = Directory.GetFiles(Path.Combine(business.DataPath, "outbox"), "*.eml").Select(file => MimeMessage.Load(file, _cancel).InReplyTo ?? "none").ToList();
        Assert.Equal(Enumerable.Range(0, Mails).Select(IdOf).Order(), sent.Order());
    }

    [Fact]
    public async Task Killed_at_random_instants_no_mail_goes_twice_over_smtp_and_doubts_ask_a_person()
    {
        await using var server = new SmtpSink();
        // Every third answer of the server is still on its way when the process dies.
        server.Then([.. Enumerable.Range(0, Mails).Select(i => i % 3 == 1 ? SmtpMood.Slow : SmtpMood.Accept)]);
        await using var business = await MortalBizQ.Found(Engine.Postgres, Letters(), ("Mail:Smtp:Host", server.Host), ("Mail:Smtp:Port", $"{server.Port}"), ("Mail:Smtp:Tls", "None"));
        await Reign(business, "SMTP", server.LetGo);

        List<Approval> doubts;
        await using (var db = business.Database.Open(business.Owner.WorkspaceId))
        {
            doubts = await db.Approvals.AsNoTracking().Where(a => a.State == ApprovalState.Open).ToListAsync(_cancel);
            var effects = await db.Effects.AsNoTracking().ToListAsync(_cancel);
            Assert.All(effects, effect => Assert.Contains(effect.State, new[] { EffectState.Done, EffectState.Uncertain }));
            Assert.Equal(effects.Where(e => e.State == EffectState.Uncertain).Select(e => e.Id).Order(), doubts.Select(d => d.EffectId!.Value).Order());
            Assert.Equal(Sent(server).Count, Sent(server).Distinct().Count());
        }
        await Settle(business, server, doubts);
        Assert.Equal(Enumerable.Range(0, Mails).Select(IdOf).Order(), Sent(server).Order());
    }

    /// <summary>Four lives that end early, and one that is let live until all is answered or in doubt.</summary>
    private async Task Reign(MortalBizQ business, string way, Action? atLast = null)
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"Killed at instants of the seed {seed}, over {way}.");
        var random = new Random(seed);
        for (var life = 0; life < Kills; life++)
        {
            await using var process = business.Launch();
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(_cancel);
            // The last of them ends before it has begun.
            if (life == Kills - 1)
            {
                await Task.Delay(random.Next(1500), _cancel);
                await process.Kill();
                continue;
            }
            await process.Ready();
            var dealing = business.DealWith(process, Mails / Kills + 1, stop.Token);
            // On a slow machine a life must not be over before anything was done in it.
            await business.Approvals(random.Next(4));
            await Task.Delay(random.Next(300), _cancel);
            await process.Kill();
            await stop.CancelAsync();
            await dealing;
        }
        atLast?.Invoke();
        await using var last = await business.Launch().Ready();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_cancel);
        var finishing = business.DealWith(last, Mails, end.Token);
        await Until(business, db => AllSettled(db), last);
        await end.CancelAsync();
        await finishing;
        await EachMailHasOneRun(business);
        await last.Stop();
    }

    private async Task Settle(MortalBizQ business, SmtpSink server, List<Approval> doubts)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"{doubts.Count} were in doubt.");
        await using var process = await business.Launch().Ready();
        await using (var db = business.Database.Open(business.Owner.WorkspaceId))
        {
            foreach (var doubt in doubts)
            {
                var asked = await db.Runs.Where(r => r.Id == doubt.RunId).Join(db.Mails, r => r.MailId, m => m.Id, (_, mail) => mail.MessageId).SingleAsync(_cancel);
                await business.Answer(process, doubt, Sent(server).Contains(asked) ? "sent" : "retry");
            }
        }
        await Until(business, async db => await db.Runs.CountAsync(r => r.Status == RunStatus.Succeeded, _cancel) == Mails, process);
        await process.Stop();
    }

    private async Task<bool> AllSettled(BizQDb db)
    {
        var doubtful = db.Approvals.Where(a => a.State == ApprovalState.Open && a.Kind == ApprovalKind.Uncertain).Select(a => a.RunId);
        return await db.Runs.CountAsync(r => r.Status == RunStatus.Succeeded || (r.Status == RunStatus.WaitingForApproval && doubtful.Contains(r.Id)), _cancel) == Mails;
    }

    private async Task EachMailHasOneRun(MortalBizQ business)
    {
        await using var db = business.Database.Open(business.Owner.WorkspaceId);
        var answered = await db.Mails.Where(m => m.Direction == Core.Mail.MailDirection.In)
            .Select(m => new { m.MessageId, Runs = db.Runs.Count(r => r.MailId == m.Id), Effects = db.Effects.Count(e => e.RunId == m.RunId) }).ToListAsync(_cancel);
        Assert.Equal(Enumerable.Range(0, Mails).Select(IdOf).Order(), answered.Select(a => a.MessageId).Order());
        Assert.All(answered, mail => Assert.Equal((1, 1), (mail.Runs, mail.Effects)));
        var steps = await db.RunSteps.GroupBy(s => new { s.RunId, s.NodeId }).Select(g => g.Count()).ToListAsync(_cancel);
        Assert.All(steps, times => Assert.Equal(1, times));
    }

    /// <summary>The other process commits, so there is nothing here that could wake this up.</summary>
    private async Task Until(MortalBizQ business, Func<BizQDb, Task<bool>> look, BizQProcess process)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            await using var db = business.Database.Open(business.Owner.WorkspaceId);
            if (await look(db))
                return;
            if (TimeProvider.System.GetElapsedTime(since) > Eventually.Bound)
            {
                var states = await db.Runs.GroupBy(r => r.Status).Select(g => $"{g.Key} {g.Count()}").ToListAsync(_cancel);
                throw new TimeoutException($"Not all runs were settled: {string.Join(", ", states)}. The last process printed:\n{process.Output}");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, _cancel);
        }
    }

    private static List<string> Sent(SmtpSink server) => [.. server.Messages.Select(m =>
    {
        using var stream = new MemoryStream(System.Text.Encoding.Latin1.GetBytes(m.Raw));
        return MimeMessage.Load(stream).InReplyTo ?? "none";
    })];

    private static string IdOf(int mail) => string.Create(CultureInfo.InvariantCulture, $"mail-{mail:00}@example.org");

    private static IEnumerable<string> Letters() => Enumerable.Range(0, Mails).Select(i =>
        $"From: Ada Winter <ada@example.org>\r\nTo: support@shop.example\r\nSubject: Order {i}\r\nMessage-ID: <{IdOf(i)}>\r\nDate: Mon, 23 Nov 2026 08:00:00 +0000\r\n\r\nHello, where is my order? It has not arrived.\r\n");
}
