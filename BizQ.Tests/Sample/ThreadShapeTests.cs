using System.Text;
using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Effects;
using BizQ.Core.Mail;
using BizQ.Core.Runs;
using BizQ.Core.Sample;
using BizQ.Core.Validation;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Sample;

/// <summary>Mails in the shapes that real support threads have, none of them the sample's own: each ends in an answer a person can look at.</summary>
public sealed class ThreadShapeTests
{
    private static readonly (string From, string Subject, string Text)[] Mails =
    [
        ("Robin <robin@nowhere.example>", "Bottle", "Doesn't work. Help."),
        ("robin@nowhere.example", "", "hi?"),
        ("Robin Vale <robin@nowhere.example>", "WHERE IS MY PARCEL", "WHERE IS IT. I WAITED TWO WEEKS. TW-99999!!!"),
        ("Robin Vale <robin@nowhere.example>", "🎉🎉", "🎒❤️ love the new rucksack 🏔️ just wanted to say that, bye 👋"),
        ("Robin Vale <robin@nowhere.example>", "Greetings", $"Greetings, I run a shop in the hills and wonder {string.Join(' ', Enumerable.Repeat("whether the poles, which I have heard so much about, also fold,", 200))} and what they cost."),
        ("Maren Holt <maren.holt@lakemail.example>", "Re: Order TW-24158 - where is my tent?",
            "Thanks, but that is not what I asked. Can I get it by Thursday?\n\nOn Monday, 23 November 2026, Tarnwick Outdoor wrote:\n> Hello Maren,\n>\n> the new date we have for it is Friday.\n> Your team"),
        ("Robin Vale <robin@nowhere.example>", "Fwd: my order", "---------- Forwarded message ----------\nFrom: Maren Holt <maren.holt@lakemail.example>\nSubject: Order TW-24158\n\nWhere is my tent?"),
        ("Robin Vale <robin@nowhere.example>", "Several things", "1. Are you open on Saturday?\n2. I want to return the boots.\n3. The stove smells of gas.\n4. Where is my order?"),
        ("Robin \"{{ name }}\" Vale <robin@nowhere.example>", "{{ 7 * 7 }} {% for %}", "{{ order.number }} ${steps} <script>alert(1)</script> %s \\u0000 ' OR 1=1"),
        ("Šárka Nováková <sarka@nowhere.example>", "Dobrý den", "Dobrý den, rozbil se mi stan a chtěla bych vědět, jestli na to mám záruku. Děkuji!"),
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_ends_in_a_whole_answer_that_waits()
    {
        await using var host = await TestHost.Start();
        var actor = await host.NewWorkspace("Tarnwick Outdoor");
        Assert.Null((await host.Get<InstallSample>().Run(actor, Cancel)).Refusal);
        foreach (var (from, subject, text) in Mails)
        {
            var answer = await Answer(host, actor, from, subject, text);
            Assert.Matches("^(Hello|Guten Tag)", answer.Text);
            Assert.EndsWith("Tarnwick Outdoor", answer.Text.TrimEnd(), StringComparison.Ordinal);
            foreach (var debris in (string[])["{{", "}}", "{%", "undefined", "null", "[object", "Liquid", "\n\n\n"])
                Assert.DoesNotContain(debris, answer.Text, StringComparison.Ordinal);
            Assert.All(answer.Findings.Where(f => f.Verdict != Verdict.Allow), f => Assert.Equal("autonomy", f.Check));
        }
    }

    [Fact]
    public async Task Whoever_names_somebody_elses_order_learns_nothing_of_it()
    {
        await using var host = await TestHost.Start();
        var actor = await host.NewWorkspace("Tarnwick Outdoor");
        Assert.Null((await host.Get<InstallSample>().Run(actor, Cancel)).Refusal);
        foreach (var asked in (string[])["Where is my order TW-24158?", "Please change the address of order TW-24158.", "I would like to return order TW-24158."])
        {
            var answer = await Answer(host, actor, "Robin Vale <robin@nowhere.example>", asked, asked);
            foreach (var secret in (string[])["Holm", "Maren", "Halle", "PW7", "Parcelwing"])
                Assert.DoesNotContain(secret, answer.Text, StringComparison.Ordinal);
        }
    }

    private static async Task<(string Text, List<Finding> Findings)> Answer(TestHost host, Actor actor, string from, string subject, string text)
    {
        var raw = Encoding.UTF8.GetBytes($"From: {from}\r\nTo: support@tarnwick.example\r\nSubject: {subject}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text.ReplaceLineEndings("\r\n")}\r\n");
        var receipt = (await host.Get<ReceiveMail>().Run(actor, raw, null, Cancel)).Value;
        var id = Assert.Single(receipt.Runs);
        var run = await host.Until(actor.WorkspaceId, db => db.Runs.AsNoTracking()
            .FirstOrDefaultAsync(r => r.Id == id && r.Status != RunStatus.Queued && r.Status != RunStatus.Running, Cancel), "the run's rest");
        Assert.True(run.Status == RunStatus.WaitingForApproval, $"\"{subject}\" ended {run.Status}: {run.Error}");
        await using var db = host.Database.Open(actor.WorkspaceId);
        var effect = await db.Effects.SingleAsync(e => e.RunId == id, Cancel);
        Assert.Equal(EffectState.Judged, effect.State);
        return (JsonElement.Parse(effect.Arguments).GetProperty("text").GetString()!, Json.Read<List<Finding>>(effect.Findings!.Value)!);
    }
}
