using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Mail;
using BizQ.Core.Runs;
using BizQ.Core.Sample;
using BizQ.Core.Validation;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Sample;

/// <summary>Every mail of the sample business ends as its story says, by the built-in model alone.</summary>
public sealed class SampleMailTests
{
    private static readonly (string Mail, string Intent, string Says)[] Answered =
    [
        ("late-tent", "order_status", "The new date we have for it is"),
        ("stove-yellow-flame", "product_help", "Push the cleaning needle through the jet"),
        ("no-order-number", "order_status", "TW-24176"),
        ("return-in-time", "return_refund", "so there is time until"),
        ("return-too-late", "return_refund", "the time for a return ended on"),
        ("pole-snapped", "warranty", "So you are well within it."),
        ("angry-complaint", "complaint", "write to you in person"),
        ("change-address", "order_change", "so it can still be changed"),
        ("which-footprint", "product_info", "Fits: Holm 2 only"),
        ("german", "", "Die Sendungsnummer ist"),
        ("injection", "other", "I do not want to guess"),
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task Each_mail_waits_for_approval_with_its_answer_or_is_kept_unanswered(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var actor = await host.NewWorkspace("Tarnwick Outdoor");
        Assert.Null((await host.Get<InstallSample>().Run(actor, Cancel)).Refusal);

        foreach (var (mail, intent, says) in Answered)
        {
            var receipt = (await host.Get<TrySampleMail>().Run(actor, mail, null, Cancel)).Value;
            var (label, text, findings) = await Draft(host, actor, Assert.Single(receipt.Runs));
            Assert.True(intent.Length == 0 || intent == label, $"{mail} was taken for {label}");
            Assert.Contains(says, text, StringComparison.Ordinal);
            // Asking a person is the agent's way; nothing else may give reason to.
            Assert.All(findings.Where(f => f.Verdict != Verdict.Allow), f => Assert.Equal("autonomy", f.Check));
        }
        foreach (var (mail, kind) in (List<(string, MailClass)>)[("out-of-office", MailClass.AutoReply), ("bounce", MailClass.Bounce), ("newsletter", MailClass.MailingList)])
        {
            var receipt = (await host.Get<TrySampleMail>().Run(actor, mail, null, Cancel)).Value;
            Assert.Equal((kind, 0), (receipt.Class, receipt.Runs.Count));
        }
    }

    [Fact]
    public async Task What_an_answer_promises_a_colleague_will_do_becomes_a_task_for_a_person()
    {
        await using var host = await TestHost.Start();
        var actor = await host.NewWorkspace("Tarnwick Outdoor");
        Assert.Null((await host.Get<InstallSample>().Run(actor, Cancel)).Refusal);
        foreach (var (mail, asksAgain) in (List<(string, bool)>)[("angry-complaint", true), ("return-in-time", false)])
        {
            var run = (await host.Get<TrySampleMail>().Run(actor, mail, null, Cancel)).Value.Runs[0];
            await Approve(host, actor, run, ApprovalKind.Effect);
            if (asksAgain)
                Assert.StartsWith("Take over: ", (await Approve(host, actor, run, ApprovalKind.Step)).Title, StringComparison.Ordinal);
            await host.Until(actor.WorkspaceId, db => db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.Id == run && r.Status == RunStatus.Succeeded, Cancel), "the run's end");
        }
        Assert.Equal(2, Directory.GetFiles(Path.Combine(host.DataPath, "outbox"), "*.eml", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public async Task Installing_twice_adds_nothing_and_a_viewer_may_not()
    {
        await using var host = await TestHost.Start();
        var actor = await host.NewWorkspace();
        var first = (await host.Get<InstallSample>().Run(actor, Cancel)).Value;
        var again = (await host.Get<InstallSample>().Run(actor, Cancel)).Value;
        Assert.Equal(Json.Text(first), Json.Text(again));
        await using var db = host.Database.Open(actor.WorkspaceId);
        Assert.Equal((86, 5, 1, 2), (await db.Entities.CountAsync(Cancel), await db.Documents.CountAsync(Cancel), await db.Agents.CountAsync(Cancel), await db.Runs.CountAsync(Cancel)));
        var viewer = await host.NewPerson(actor.WorkspaceId, Role.Viewer);
        Assert.Equal(RefusalKind.Forbidden, (await host.Get<InstallSample>().Run(viewer, Cancel)).Refusal!.Kind);
    }

    private static async Task<Approval> Approve(TestHost host, Actor actor, Guid run, ApprovalKind kind)
    {
        var asked = await host.Until(actor.WorkspaceId, db => db.Approvals.AsNoTracking()
            .FirstOrDefaultAsync(a => a.RunId == run && a.Kind == kind && a.State == ApprovalState.Open, Cancel), $"the approval of the {kind}");
        return (await host.Get<DecideApproval>().Run(actor, new DecideRequest(asked.Id, true, null, null, asked.Hash), Cancel)).Value;
    }

    private static async Task<(string Label, string Text, List<Finding> Findings)> Draft(TestHost host, Actor actor, Guid run)
    {
        var ended = await host.Until(actor.WorkspaceId, db => db.Runs.AsNoTracking()
            .FirstOrDefaultAsync(r => r.Id == run && r.Status != RunStatus.Queued && r.Status != RunStatus.Running, Cancel), "the run's approval");
        Assert.Equal(RunStatus.WaitingForApproval, ended.Status);
        await using var db = host.Database.Open(actor.WorkspaceId);
        var effect = await db.Effects.SingleAsync(e => e.RunId == run, Cancel);
        var step = await db.RunSteps.SingleAsync(s => s.RunId == run && s.NodeId == "intent", Cancel);
        return (
            step.Output!.Value.GetProperty("label").GetString()!,
            JsonElement.Parse(effect.Arguments).GetProperty("text").GetString()!,
            Json.Read<List<Finding>>(effect.Findings!.Value)!);
    }
}
